"""Words to the shopkeeper itself, and numbers that choose among what was offered."""

import re

from bot.understanding.readings import Command, Context
from bot.understanding.text.cues import Forms

_CODE = r"\s*([0-9a-z]{2,8})?"
_NUMBER = r"(?=\S*\d)([0-9a-z][0-9a-z_-]{4,63})(?:\s*的?(?:详情|情况|状态|信息))?"
# Reports that are asked for by name, now; said with a time or 每天 they are subscribed to.
_REPORTS_ZH = r"利润日报|经营日报|日报|经营周报|周报|每日利润|低库存(?:提醒|报告|预警)|待发货?(?:提醒|报告|清单)"
_GIVE_ZH = "(?:给我|帮我|我要|我想)?"
_OF_WHEN = "(?:昨[天日]的?|今[天日]的?|上周的?(?=.{0,2}周报))?"
_REPORTS_EN = r"(?:daily|weekly) (?:profit )?(?:report|review|summary)|low[ -]stock (?:report|alert)"
_WHAT_ZH = "(?:什么|啥|哪些)"
_LIST_EN = "(?:(?:list|show)(?: me)?(?: the)? |are there )?"
_MUST_ZH = "(?:是|还|都)?(?:需要|要|得|该|应该|必须|可以|能)?"
_SPLIT_ZH = "(?:拆[单分](?:发货?)?|拆开来?发?|拆成几?个?包裹|分单|分(?:几个|多个|开|仓)(?:包裹)?发货?|拆)"
_WITH_WHOM = "(?: you| about| with| for| me| us)*"
_HELP = r"(?:help[,\uff0c\s]*)"
_SAID_ZH = "(?:好的?|好嘞|好滴|嗯|行|可以|收到|明白了?|知道了|了解了?|ok|太好了|不错|先这样|就这样|没了|可以了|够了)"
_SAID_EN = "(?:ok(?:ay)?|great|perfect|got it|cool|nice|good|alright|awesome|that'?s (?:all|it|great|good|fine)|noted)"
_THANKS_ZH = (rf"(?:{_SAID_ZH}[!！,，。~ ]*)*(?:谢谢?|多谢|感谢|谢了|谢啦|辛苦)"
              r"(?:您|你|了|啦|大家|掌柜的?|老板|亲)*[!！。~]*")
_PRAISE_ZH = r"(?:(?:太好了?|太棒了?|不错|厉害|真棒|很好|棒|收到|明白|知道|了解)(?:了|啦|的|嘛|呀)?[!！,，。~ ]*)+"
_THANKS_EN = (rf"(?:{_SAID_EN}[\s,.!;-]*)*(?:thanks?|thank you|thx|ty|cheers|much appreciated)"
              r"(?: (?:a lot|so much|very much|again|mate|for (?:that|this|the (?:info|help))))*")
_PRAISE_EN = (r"(?:(?:great|perfect|awesome|nice(?: one)?|lovely|excellent|brilliant|good(?: to know)?|got it|noted"
              r"|cool|that's all|that'?ll do|understood|good job|well done)[\s,.!;-]*)+")
_COMMANDS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in (
    ("thanks", rf"(?=.{{1,60}}$)(?:{_THANKS_ZH}|{_PRAISE_ZH}|{_THANKS_EN}|{_PRAISE_EN})"),
    ("help", r"/?(?:help|start|帮助|功能|菜单|使用说明)(?:一下)?|help me"),
    ("help", rf"{_HELP}?(?:这个|这|你)?(?:东西|机器人|系统|软件)?(?:要|该)?(?:怎么|咋|如何)(?:使用|用|玩)的?[呢呀啊]?"),
    ("help", rf"{_HELP}?你[都还]?(?:能|会|可以|懂)(?:帮?我?们?)?[做干查问看办]?[些点]?{_WHAT_ZH}(?:事儿?)?[呢呀啊]?"),
    ("help", rf"我?(?:都|可以|能)+[问查看]你?[点些]?{_WHAT_ZH}[呢呀啊]?|你?有{_WHAT_ZH}(?:功能|本事)"),
    ("help", r"(?:我?是?新来的[,\uff0c]?)?(?:我?想|要|怎么).{0,8}(?:话|指令|命令)[该要]?(?:怎么|咋)[打说发写问]"),
    ("help", rf"(?:so |and )?what (?:all |else )?can (?:you|i|we) (?:do|ask|help|tell){_WITH_WHOM}"),
    ("help", rf"(?:what )?(?:sort|kind|type)s? of (?:thing|question)s? can (?:i|we|you) (?:ask|do){_WITH_WHOM}"),
    ("help", r"how (?:do i|do we|can i|to|should i) (?:use|work|talk to|ask) (?:this|you|it)(?: thing| bot| app)?"),
    ("help", r"how (?:does|do) (?:this|you)(?: thing| bot| app)? works?|what (?:do you do|are you for)"),
    ("help", r"(?:show|list|give)(?: me)?(?: the| all| all the| your)? (?:commands?|help|menu|features|examples?)"),
    ("confirm", r"(?:/?confirm|确认|好的?确认|确定)\s*[:：]?" + _CODE),
    ("cancel", r"/?(?:cancel|取消|不做了|放弃|never ?mind)(?:操作)?" + _CODE),
    ("undo", r"/?(?:undo|撤销|撤回|反悔)(?: that| it)?(?:刚才的?|上一步|操作)*" + _CODE),
    ("verify", r"/?(?:verify|查账|自查)|账实(?:一致|相符|对得上)[吗么嘛]?|账(?:目|都)?(?:对得上|对不对|对吗|一致吗)"),
    ("verify", r"(?:do the books agree|are the books (?:right|sound|consistent)|check the books)"),
    ("aliases", r"/?aliases|(?:都?有)?(?:哪些|什么)别[名称]|别[名称](?:列表|都?有(?:哪些|什么))?"),
    ("aliases", r"(?:list|show)(?: me)?(?: all)?(?: the)? aliases|(?:what|which) aliases(?: are there| do you know)?"),
    ("unanswered", r"(?:最近|你)?有?(?:哪些|什么)(?:问题|话)?你?(?:没有?|不)(?:回?答|听)得?(?:上来|出来|懂)?的?"),
    ("unanswered", r"/?unanswered(?: questions)?|没(?:答|回答)上来的?(?:问题)?(?:有哪些)?"),
    ("unanswered", r"(?:what|which questions) could(?:n['’]?t you| you not| not you) answer"),
    ("unanswered", r"(?:what|which questions) could(?:n['’]?t| not) be answered"),
    ("unmatched", r"/?unmatched(?: products)?|(?:有)?(?:哪些|什么)商品(?:还)?没(?:有)?(?:对上|匹配上?)(?: ?sku)?的?"),
    ("unmatched", r"(?:有?哪些|有什么|看看?)?(?:还)?没(?:有)?(?:对上|匹配上?)(?: ?sku)?的(?:商品|链接)(?:有哪些)?"),
    ("unmatched", r"(?:which|what) (?:products|listings) are (?:un|not (?:yet )?)(?:matched|mapped)(?: yet)?"),
    ("mappings", r"/?mappings|(?:记住了?)?(?:哪些|什么)(?:表头|列)(?:的)?对应|(?:表头|列)(?:的)?对应(?:有哪些|列表)?"),
    ("mappings", r"(?:list|show)(?: me)?(?: the)? (?:header|column) mappings"),
    ("purchases", r"(?:看|查|列出?)?(?:一下)?(?:有?哪些)?(?:在途|没到齐?|未到齐?|所有)?的?采购订?单(?:有哪些|列表)?"),
    ("purchases", r"(?:有)?(?:哪些|什么)采购订?单(?:还)?(?:在路上|在途|没(?:有)?到齐?)的?"),
    ("purchases", r"/?(?:(?:list|show)(?: me)?(?: the)? |open )?purchase orders(?: to come)?"),
    ("suppliers", r"(?:看|查|列出?)?(?:一下)?有?(?:哪些|什么)?供应商(?:有哪些|列表|名单)?"),
    ("suppliers", r"/?(?:(?:list|show)(?: me)?(?: the)? )?suppliers|who are our suppliers|which suppliers do we have"),
    ("transfers", r"(?:看|查|列出?)?(?:一下)?有?(?:哪些|什么)?(?:在途|还?在路上|没到|未到)的?调拨单?(?:有哪些|列表)?"),
    ("transfers", r"(?:有)?(?:哪些|什么)调拨单?(?:还)?(?:在路上|在途|没(?:有)?到)的?|在途调拨单?(?:有)?(?:哪些|什么)"),
    ("transfers", r"/?(?:open )?transfers(?: (?:in transit|on (?:the|their) way))?"),
    ("transfers", r"(?:what|which) transfers are (?:still )?(?:in transit|on (?:the|their) way)"),
    ("transfers", r"(?:list|show)(?: me)?(?: the)? transfers in transit"),
    ("test", r"试发\s*(.{1,20})"),
    ("report", rf"{_GIVE_ZH}(?:[看查发来]一?[看查下份个]?)?我?(?:一?[份个下])?{_OF_WHEN}({_REPORTS_ZH})"),
    ("report", rf"把?(?:昨天的?|上周的?(?=.{{0,2}}周报))?({_REPORTS_ZH})[发给拿]给?我?(?:一[份个下]|看看?|看下)+"),
    ("report", rf"(?:(?:can i )?(?:see|get|have) |(?:show|give|send) me |i want )?(?:the |a |our )?({_REPORTS_EN})"),
    ("snooze", r"(?:明天再说|先不管|/?snooze)\s*[:\uff1a]?\s*(?!\d+$)([^\s,\uff0c]{1,80})"),
    ("pause", r"(?:先)?暂停(?:推送|报告|提醒|通知)|(?:先)?(?:别|不要)再?推送了?|pause(?: (?:all )?reports)?"),
    ("resume", r"恢复(?:推送|报告|提醒|通知)|继续推送|resume(?: (?:all )?reports)?"),
    ("subscriptions", r"(?:我们?|这里|这个?群|群里)?(?:都|现在)?订阅了?(?:些)?(?:什么|啥|哪些)(?:报告)?[了吗呢]?"),
    ("subscriptions", r"(?:我|这里)的订阅|订阅列表|/?subscriptions|(?:list|show)(?: my| our)? subscriptions"),
    ("subscriptions", r"what (?:am i|are we|is this chat) subscribed to"),
    ("mergeable", r"(?:有)?(?:哪些|什么)(?:订单|单子?)?(?:可以|能|该)(?:合单|合并(?:发货)?|一起发货?)"),
    ("mergeable", r"(?:可|能)合单的?(?:订单|单)?"),
    ("divided", rf"有?(?:{_WHAT_ZH}|哪几)个?(?:订单|单子?){_MUST_ZH}{_SPLIT_ZH}[的了过]?"),
    ("divided", rf"(?:有没有|有|看看?|列出)?{_MUST_ZH}{_SPLIT_ZH}的(?:订单|单子?)(?:有哪些|列表)?[吗么]?"),
    ("divided", r"which orders (?:need|have|must|should|will)(?: to)? (?:be )?(?:split|divided)(?: up)?"),
    ("divided", r"which orders (?:are|were) split|which orders (?:leave|go(?: out)?) in (?:several|more) parcels"),
    ("divided", rf"{_LIST_EN}(?:any )?orders (?:that (?:need|have) )?to (?:be )?split|/?divided(?: orders)?"),
    ("mergeable", r"which orders (?:can|could|may) (?:i |we |be )?(?:merged?|combined?)|/?mergeable(?: orders)?"),
    ("order", r"(?:/?order|(?:查|看)?(?:一下)?订?单|(?:look up|show)(?: me)?(?: order)?)\s*[:：#]?\s*" + _NUMBER),
    ("bind", r"(?:/?bind|绑定)\s+(\S{4,64})"),
))
# One of its command's is in every way to say it.
_CUES = {
    "thanks": "谢感苦棒错厉收明知解好 thank thanks thx ty cheers appreciated great perfect awesome nice lovely"
              " excellent brilliant good got noted cool that understood well",
    "help": "帮功菜使怎咋如什啥哪 help start what sort kind type how command menu feature example",
    "confirm": "确 confirm", "cancel": "取做放 cancel never", "undo": "撤反 undo", "verify": "账自 verify books",
    "aliases": "别 alias", "unanswered": "哪什答 unanswered what which", "unmatched": "哪什没 unmatched what which",
    "mappings": "应 mapping", "purchases": "采 purchase", "suppliers": "供 supplier", "transfers": "调 transfer",
    "test": "试", "report": "报每低待 report review summary alert", "snooze": "再管 snooze", "pause": "停推 pause",
    "resume": "恢推 resume", "subscriptions": "订 subscriptions", "mergeable": "哪什合 which mergeable",
    "divided": "拆分 split divided parcels",
    "order": "单 order look show", "bind": "绑 bind"}
_FORMS = Forms(*((_CUES[name], (name, pattern)) for name, pattern in _COMMANDS))
_POLITENESS = Forms(("请麻谢 please pls thanks", re.compile(
    r"^(?:please|pls|麻烦|请)[ ,，]*|[ ,，]*(?:please|pls|thanks?|thank you|谢谢)$", re.IGNORECASE)))
_SLASH = re.compile(r"/([a-z_]{2,32})(?:@\w+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
# Slash commands that are the first word of a sentence.
_SENTENCES = {"subscribe", "unsubscribe", "why", "details", "detail", "export", "definition", "quiet"}
_ORDINAL = re.compile(r"(?:第|选|选择|option\s*|no\.?\s*)?([1-3一二三])(?:个|项|号)?[.。]?", re.IGNORECASE)
_CHOSEN = {"一": 1, "二": 2, "三": 3}


def command_of(text: str) -> Command | None:
    spelt = text.lower()
    if forms := _FORMS.of(spelt):
        plain = bare = text.rstrip("?？!！。. ")
        for polite in _POLITENESS.of(spelt):
            bare = polite.sub("", bare)
        for name, pattern in forms:
            if found := pattern.fullmatch(plain if name == "thanks" else bare):
                argument = next((one for one in found.groups() if one), "")
                return Command(name, argument if name == "bind" else argument.upper())
    slash = _SLASH.fullmatch(text) if text.startswith("/") else None
    if slash and slash[1].lower() not in _SENTENCES:
        return Command(slash[1].lower(), (slash[2] or "").strip())
    return None


def answers(command: Command, context: Context) -> bool:
    """日报, where it was just asked which report: what is wanted for the action, not to be shown."""
    missing = context.pending.missing if context.pending is not None else None
    return (command.name == "report" and missing == "report") or (command.name == "order" and missing == "order")


def chosen(text: str, context: Context) -> str | None:
    """1 or 第二个, in answer to choices that were offered."""
    if context.pending is None or not context.pending.choices:
        return None
    found = _ORDINAL.fullmatch(text)
    if not found:
        return None
    index = _CHOSEN.get(found[1]) or int(found[1])
    return context.pending.choices[index - 1] if index <= len(context.pending.choices) else None
