import Testing
import Transducer

@testable import OpenAIProtocol

@Suite struct `The form of a transcription` {
  private func request(_ fields: [(String, String)]) throws(APIError) -> TranscriptionRequest {
    var form = TranscriptionForm()
    for (name, value) in fields { try form.take(name, value) }
    try form.check()
    return form.request
  }

  @Test func `a form without fields is a request for JSON`() throws {
    #expect(try request([]) == TranscriptionRequest())
  }

  @Test func `all fields of the official client are taken`() throws {
    let request = try request([
      ("model", "whisper-1"), ("language", "es"), ("prompt", "Anna, Zed"), ("keywords[]", "Rook"),
      ("response_format", "verbose_json"), ("timestamp_granularities[]", "word"), ("temperature", "0.2"),
      ("stream", "true"), ("chunking_strategy", "auto"), ("unknown", "x"),
    ])
    #expect(request.model == "whisper-1")
    #expect(request.language == "es")
    #expect(
      request.phrases == [
        BoostedPhrase("Rook"), BoostedPhrase("Anna", weight: 0.5), BoostedPhrase("Zed", weight: 0.5),
      ])
    #expect(request.format == .verboseJSON)
    #expect(request.granularities == [.word])
    #expect(request.streams)
  }

  @Test(arguments: ["timestamp_granularities", "timestamp_granularities[]"])
  func `granularities have brackets or not`(name: String) throws {
    let request = try request([("response_format", "verbose_json"), (name, "word"), (name, "segment")])
    #expect(request.granularities == [.word, .segment])
  }

  @Test func `the language is taken from a list only if it is alone`() throws {
    #expect(try request([("languages[]", "en")]).language == "en")
    #expect(try request([("languages[]", "en"), ("languages[]", "es")]).language == nil)
  }

  @Test(
    arguments: [
      ([("response_format", "docx")], "response_format"),
      ([("response_format", "diarized_json")], "response_format"),
      ([("stream", "maybe")], "stream"), ([("temperature", "hot")], "temperature"),
      ([("include[]", "x")], "include[]"),
      ([("known_speaker_names[]", "A")], "known_speaker_names[]"),
      ([("include[]", "logprobs"), ("response_format", "srt")], "include"),
      ([("timestamp_granularities[]", "word")], "timestamp_granularities"),
      ([("stream", "true"), ("response_format", "srt")], "stream"),
    ] as [([(String, String)], String)])
  func `a wrong field is refused by its name`(fields: [(String, String)], param: String) {
    let error = #expect(throws: APIError.self) { try request(fields) }
    #expect(error?.status == 400)
    #expect(error?.param == param)
  }

  @Test func `a prompt is read as names, and sentences in it are left out`() {
    let names = ExpectedNames(
      keywords: ["Rook, Pawn"], prompt: "Anna; Dr. Who\nThis is a whole sentence about the weather")
    #expect(names.phrases.map(\.text) == ["Rook", "Pawn", "Anna", "Dr Who"])
  }

  @Test(arguments: [nil, "", "whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-transcribe"])
  func `OpenAI's names stand for the address's model`(name: String?) throws {
    #expect(try ModelNames(standard: "a", all: ["a", "b"]).model(for: name) == "a")
  }

  @Test func `another model is used by its name, and an unknown one is refused with the known ones`() throws {
    let names = ModelNames(standard: "a", all: ["a", "b"])
    #expect(try names.model(for: "b") == "b")
    let error = #expect(throws: APIError.self) { try names.model(for: "c") }
    #expect(error?.status == 404)
    #expect(error?.message.contains("'a', 'b'") == true)
  }
}
