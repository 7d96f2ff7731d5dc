"""The waybill in an answer to what was asked of a shipment: 单号SF1566677788899, 顺丰,单号SF1566677788899."""

from bot.understanding.arguments import Arguments, Message


def waybill_alone(message: Message, known: Arguments) -> str | None:
    """The one number beside a carrier, or behind a word for it: the order it is of was named before."""
    places = [at for at, token in enumerate(message.tokens) if token.is_code and not token.used]
    codes = {message.said(message.tokens[at]).upper() for at in places}
    if len(codes) != 1 or codes == {known["order"]}:
        return None
    before = message.before(places[0])
    is_marked = before is not None and before.has("waybill_mark")
    is_order = before is not None and before.has("order_mark") and not is_marked
    says_carrier = "carrier" in known or any(token.has("carrier") and not token.names for token in message.tokens)
    if is_order or not (is_marked or says_carrier):
        return None
    for at in places:
        message.tokens[at].used = True
    return codes.pop()
