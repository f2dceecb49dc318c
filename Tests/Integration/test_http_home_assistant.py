"""Home Assistant's LiteLLM integration, its own code, as a client of the HTTP side."""
import pytest
import soundfile

import home_assistant_litellm
import lorikeet
from conversation import TEXTS, audio, converse

SMOKING_ROOM = lorikeet.REPOSITORY / "Tests/Fixtures/names/smoking-room.flac"


@pytest.fixture(scope="module")
def litellm():
    return home_assistant_litellm.integration()


@pytest.mark.parametrize("name", TEXTS)
def test_the_integration_gets_the_text_of_an_utterance(name, litellm, http):
    language = {"en": "en-US", "es": "es-ES"}[name[:2]]
    result = converse(home_assistant_litellm.listen(litellm, f"{http.base}/v1", audio(name), language))
    assert (result.text, result.result) == (TEXTS[name], "success")


@pytest.mark.parametrize("language", ["fil-PH", "zh-CN", "cy-GB"])
def test_a_language_that_the_integration_offers_and_the_model_lacks_does_no_harm(language, litellm, http):
    result = converse(home_assistant_litellm.listen(litellm, f"{http.base}/v1", audio("en-01.wav"), language))
    assert result.text == TEXTS["en-01.wav"]


@pytest.mark.parametrize(["options", "text"], [
    ({}, "Turn on the smoke room light."),
    ({"keywords": "Natalie,  Smoking Room , "}, "Turn on the smoking room light."),
    ({"prompt": "Smoking Room"}, "Turn on the smoking room light."),
    ({"prompt": "You hear commands for a home.", "keywords": "Smoking Room"}, "Turn on the smoking room light.")],
    ids=str)
def test_the_keywords_and_the_prompt_of_the_integration_are_names(options, text, litellm, http):
    pcm = soundfile.read(SMOKING_ROOM, dtype="int16")[0].tobytes()
    result = converse(home_assistant_litellm.listen(
        litellm, f"{http.base}/v1", pcm, "en-US", custom_prompt_keywords=True, **options))
    assert result.text == text


def test_the_integration_tells_a_wrong_key_from_other_errors(litellm, start_http, token_file):
    with start_http("--http-token-file", token_file) as server:
        url = f"{server.base}/v1"
        right = converse(home_assistant_litellm.listen(litellm, url, audio("en-01.wav"), "en-US",
            key="first-token"))
        assert right.text == TEXTS["en-01.wav"]
        with pytest.raises(Exception) as caught:
            converse(home_assistant_litellm.listen(litellm, url, audio("en-01.wav"), "en-US", key="wrong"))
        assert type(caught.value).__name__ == "ConfigEntryAuthFailed"
