"""The adapter against a server that checks as the real ones do: answers, outages, and what is never sent."""

import socket
import threading

import pytest

from domain.language.conversation import Message, ModelRefuses, ModelUnavailable, Tool, ToolCall
from integrations.language.openai_compatible import OpenAICompatible
from tests.integrations.language.stand_in import KEY, MODEL, StandIn, Step, calls, fails, says, standing_in

TOOL = Tool("run_query", "figures", {"type": "object", "properties": {"metric": {"type": "string"}}})
ASKED = [Message("system", "be brief"), Message("user", "昨天呢")]
LONG_S = 30.0  # a test that waits so long has failed


def model_at(server: StandIn, *, key: str = KEY, model: str = MODEL) -> OpenAICompatible:
    return OpenAICompatible(api_key=key, base_url=server.url, model=model)


def test_a_call_of_a_tool_comes_back_as_the_model_wrote_it() -> None:
    with standing_in(calls(("run_query", '{"metric": "revenue"'))) as server:  # cut-off JSON is for the caller to judge
        answer = model_at(server).complete(ASKED, [TOOL], timeout_s=LONG_S)
    assert answer.calls == (ToolCall("call_0", "run_query", '{"metric": "revenue"'),)
    assert (answer.text, answer.tokens_in, answer.tokens_out) == ("", 100, 20)


def test_the_second_round_answers_every_call_in_the_protocols_order() -> None:
    made = calls(("run_query", {}), ("run_query", {}))
    with standing_in(made, says("好")) as server:
        model = model_at(server)
        first = model.complete(ASKED, [TOOL], timeout_s=LONG_S)
        told = [Message("tool", "{}", answers=call.id) for call in first.calls]
        second = model.complete([*ASKED, Message("assistant", first.text, first.calls), *told], [TOOL],
                                timeout_s=LONG_S)
    assert second.text == "好"
    assert server.refused == []


def test_the_stand_in_refuses_a_call_without_an_answer() -> None:
    """The check that the tests above rest on: it is the mistake the real server punishes first."""
    with standing_in(says("never said")) as server:
        asked = [*ASKED, Message("assistant", "", (ToolCall("a", "run_query", "{}"),))]
        with pytest.raises(ModelRefuses):
            model_at(server).complete(asked, [TOOL], timeout_s=LONG_S)
    assert "did not have response messages" in server.refused[0]


def test_nothing_is_told_about_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK sends the system, the processor and the versions with every request, and organisations of its own
    environment variables; none of that is needed for an answer."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1")
    with standing_in(says("好")) as server:
        model_at(server).complete(ASKED, [TOOL], timeout_s=LONG_S)
    sent = {name.lower(): value for name, value in server.headers[0].items()}
    assert sent["user-agent"] == "zhanggui"
    telling = ("-os", "-arch", "-runtime", "-runtime-version", "-lang", "-package-version", "-async")
    assert not [name for name in sent if name.startswith("x-stainless") and name.endswith(telling)]
    assert not [name for name in sent if name.startswith("openai-")]
    assert set(server.requests[0]) == {"model", "messages", "tools", "max_tokens"}


def test_a_busy_server_is_asked_once_more_after_the_rest_it_wants() -> None:
    with standing_in(fails(429, "slow down", Retry_After="0.1"), says("好")) as server:
        assert model_at(server).complete(ASKED, [TOOL], timeout_s=LONG_S).text == "好"
    assert len(server.requests) == 2


def test_a_server_that_wants_a_minute_is_not_waited_for() -> None:
    """The SDK would sleep up to two minutes while a person waits."""
    with standing_in(fails(429, "slow down", Retry_After="60"), says("too late")) as server:
        with pytest.raises(ModelUnavailable):
            model_at(server).complete(ASKED, [TOOL], timeout_s=LONG_S)
        assert len(server.requests) == 1


@pytest.mark.parametrize("step", [
    fails(500), fails(503), Step("<html>gateway</html>"), Step('{"choices": ['), Step('{"choices": []}'), Step("null"),
    Step('{"choices": [{"message": {"tool_calls": [{"function": 3}]}}]}'), Step(
        says("cut in the middle").body, is_cut=True),
], ids=["500", "503", "page", "half JSON", "no choice", "null", "odd call", "cut off"])
def test_an_outage_is_one_error_whatever_it_looks_like(step: Step) -> None:
    with standing_in(step, step) as server, pytest.raises(ModelUnavailable):
        model_at(server).complete(ASKED, [TOOL], timeout_s=LONG_S)


def test_a_server_that_stumbles_once_is_no_outage() -> None:
    with standing_in(fails(500), says("好")) as server:
        assert model_at(server).complete(ASKED, [TOOL], timeout_s=LONG_S).text == "好"


def test_nobody_there_is_an_outage() -> None:
    with standing_in() as server:
        url = server.url
    model = OpenAICompatible(api_key=KEY, base_url=url, model=MODEL)
    with pytest.raises(ModelUnavailable):
        model.complete(ASKED, [TOOL], timeout_s=LONG_S)


@pytest.mark.parametrize("step", [Step("", wait_s=2.0), Step(says("slow").body, trickle_s=0.05)],
                         ids=["silent", "byte by byte"])
def test_the_time_is_for_the_whole_answer(step: Step) -> None:
    """The SDK's own timeout starts anew with each byte: a server that drips would hold a chat for minutes."""
    with standing_in(step) as server, pytest.raises(ModelUnavailable, match="did not answer within"):
        model_at(server).complete(ASKED, [TOOL], timeout_s=0.3)


def test_a_name_that_is_looked_up_for_ever_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """asyncio.run waits for its threads at the end, and with them for a dead name server."""
    with standing_in(says("好")) as server:
        model_at(server).complete(ASKED, [TOOL], timeout_s=LONG_S)  # the SDK is there, its import takes no time below
    is_asked, is_over, given_up = threading.Event(), threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> None:
        is_asked.set()
        is_over.wait(LONG_S)
        given_up.set()
        raise OSError("no name server")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    model = OpenAICompatible(api_key=KEY, base_url="http://model.invalid/v1", model=MODEL)
    with pytest.raises(ModelUnavailable):
        model.complete(ASKED, [TOOL], timeout_s=2.0)
    assert is_asked.is_set()
    assert not given_up.is_set()
    is_over.set()


def test_a_message_is_not_carried_on_to_another_server() -> None:
    """A redirect would hand what a person asked, and where the SDK follows it, to somebody nobody chose."""
    with standing_in(says("from elsewhere")) as other:
        moved = Step("", status=307, headers={"Location": f"{other.url}/chat/completions"})
        with standing_in(moved, moved) as server, pytest.raises(ModelUnavailable):
            model_at(server).complete(ASKED, [TOOL], timeout_s=LONG_S)
    assert other.requests == []


def test_a_wrong_key_or_name_is_for_the_owner_to_put_right() -> None:
    with standing_in() as server:
        with pytest.raises(ModelRefuses) as refusal:
            model_at(server, key="sk-wrong").complete(ASKED, [TOOL], timeout_s=LONG_S)
        assert refusal.value.key == "model.key_refused"
        assert "sk-wrong" not in str(refusal.value)
        with pytest.raises(ModelRefuses) as refusal:
            model_at(server, model="gone").complete(ASKED, [TOOL], timeout_s=LONG_S)
        assert refusal.value.key == "model.unknown"


@pytest.mark.parametrize(("refuses", "used"), [
    (frozenset({"max_tokens"}), "max_completion_tokens"), (frozenset({"max_tokens", "max_completion_tokens"}), None)])
def test_the_limit_of_the_answer_is_called_as_the_server_likes_it(refuses: frozenset[str], used: str | None) -> None:
    """OpenAI's newer models take no max_tokens, most other servers nothing else; the second message knows already."""
    with standing_in(says("好"), says("好")) as server:
        server.refuses = refuses
        model = model_at(server)
        model.complete(ASKED, [TOOL], timeout_s=LONG_S)
        model.complete(ASKED, [TOOL], timeout_s=LONG_S)
    limits = [[name for name in request if name.startswith("max_")] for request in server.requests]
    assert limits[-2:] == [[used] if used else []] * 2


def test_tokens_are_estimated_where_the_server_does_not_count() -> None:
    with standing_in(says("好", usage=None)) as server:
        answer = model_at(server).complete(ASKED, [TOOL], timeout_s=LONG_S)
    assert answer.tokens_in >= 4
    assert answer.tokens_out >= 1


def test_a_server_may_keep_no_list_of_models() -> None:
    with standing_in() as server:
        assert model_at(server).models() == [MODEL]
        server.models = None
        assert model_at(server).models() == []
        with pytest.raises(ModelRefuses):
            model_at(server, key="sk-wrong").models()
    with pytest.raises(ModelUnavailable):
        model_at(server).models()
