"""The waybill in an answer to what was asked of a shipment: 单号SF1566677788899, 顺丰,单号SF1566677788899."""

from bot.understanding.actions.arguments import Arguments, Message
from bot.understanding.readings import Act
from bot.understanding.text.scan import Token


def waybill_alone(act: Act, message: Message) -> Arguments:
    """The one number beside a carrier, or behind a word for it: the order it is of was named before."""
    order = act.arguments.get("order") if act.action == "confirm_shipment" else None
    places = [at for at, token in enumerate(message.tokens) if order and token.is_code and not token.used]
    codes = {message.said(message.tokens[at]).upper() for at in places}
    if len(codes) != 1 or codes == {order} or not _is_waybill(act, message, message.before(places[0])):
        return {}
    for at in places:
        message.tokens[at].used = True
    return {"waybill": codes.pop()}


def _is_waybill(act: Act, message: Message, before: Token | None) -> bool:
    if before is not None and (before.has("waybill_mark") or before.has("order_mark")):
        return before.has("waybill_mark")
    return "carrier" in act.arguments or any(token.has("carrier") and not token.names for token in message.tokens)
