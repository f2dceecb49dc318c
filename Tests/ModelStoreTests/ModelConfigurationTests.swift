import FoundationEssentials
import Testing

@testable import ModelStore

/// The architectures that Lorikeet runs, as errors list them.
private let architectures = #""nemo-conformer-tdt" or "nemo-conformer-rnnt" or "nemo-conformer-ctc""#

@Suite struct `A model's configuration` {
  private func parse(_ json: String) throws(ModelError) -> ModelConfiguration {
    try ModelConfiguration(parsing: Data(json.utf8), of: "x")
  }

  @Test func `a model's configuration is parsed with all its values`() throws {
    let configuration = try parse(
      """
      {"model_type": "nemo-conformer-tdt", "features_size": 128, "subsampling_factor": 4, "max_tokens_per_step": 5,
      "languages": ["en", "es"], "unknown": {"a": [null]}}
      """)
    #expect(configuration.bandCount == 128)
    #expect(configuration.subsampling == 4)
    #expect(configuration.maximumTokensPerFrame == 5)
    #expect(configuration.languages == ["en", "es"])
  }

  @Test(
    arguments: [
      #"{"model_type": "nemo-conformer-tdt"}"#,
      #"{"model_type": "nemo-conformer-tdt", "features_size": null, "languages": null}"#,
    ])
  func `missing values of a model's configuration have onnx-asr's defaults`(json: String) throws {
    let configuration = try parse(json)
    #expect(configuration.bandCount == 80)
    #expect(configuration.subsampling == 8)
    #expect(configuration.maximumTokensPerFrame == 10)
    #expect(configuration.languages.isEmpty)
  }

  @Test(
    arguments: [
      ("", "is not valid JSON"),
      ("{", "is not valid JSON"),
      ("model_type: tdt", "is not valid JSON"),
      ("[]", "is not a JSON object"),
      ("null", "is not a JSON object"),
      ("\"nemo-conformer-tdt\"", "is not a JSON object"),
      ("{}", "model_type is missing"),
      (#"{"model_type": null}"#, "model_type is of the wrong type"),
      (#"{"model_type": 5}"#, "model_type is of the wrong type"),
      (#"{"model_type": "whisper"}"#, #"model_type is "whisper", expected \#(architectures)"#),
      (#"{"model_type": ""}"#, #"model_type is "", expected \#(architectures)"#),
    ])
  func `a model's configuration without a valid model type is refused with the reason`(
    json: String, message: String
  ) {
    let error = #expect(throws: ModelError.self) { try parse(json) }
    #expect(error == ModelError(model: "x", reason: .configuration(message)))
  }

  @Test(
    arguments: [
      ("features_size", "0", "is 0, expected a whole number, 1 to 512"),
      ("features_size", "-80", "is -80, expected a whole number, 1 to 512"),
      ("features_size", "513", "is 513, expected a whole number, 1 to 512"),
      ("features_size", "4611686018427387904", "is 4611686018427387904, expected a whole number, 1 to 512"),
      ("features_size", "9223372036854775808", "is 9.223372036854776e+18, expected a whole number, 1 to 512"),
      ("features_size", "1e300", "is 1e+300, expected a whole number, 1 to 512"),
      ("features_size", "80.5", "is 80.5, expected a whole number, 1 to 512"),
      ("features_size", "\"80\"", "is of the wrong type"), ("features_size", "[80]", "is of the wrong type"),
      ("features_size", "true", "is of the wrong type"),
      ("subsampling_factor", "0", "is 0, expected a whole number, 1 to 64"),
      ("subsampling_factor", "65", "is 65, expected a whole number, 1 to 64"),
      ("max_tokens_per_step", "0", "is 0, expected a whole number, 1 to 1000"),
      ("max_tokens_per_step", "1001", "is 1001, expected a whole number, 1 to 1000"),
      ("languages", "\"en\"", "is of the wrong type"), ("languages", "[1]", "is of the wrong type"),
      ("languages", "[null]", "is of the wrong type"), ("languages", "{}", "is of the wrong type"),
    ])
  func `an invalid value in a model's configuration is refused with its name`(
    key: String, value: String, message: String
  ) {
    let json = #"{"model_type": "nemo-conformer-tdt", "\#(key)": \#(value)}"#
    let error = #expect(throws: ModelError.self) { try parse(json) }
    #expect(error == ModelError(model: "x", reason: .configuration("\(key) \(message)")))
  }

  @Test(arguments: [512, 513, 514, 100_000])
  func `a model's configuration of nested brackets is refused, not trapped`(depth: Int) {
    for open in ["[", "{\"a\":"] {
      let opened = String(repeating: open, count: depth)
      for json in [opened, opened + "]", "{\"model_type\":\(opened)"] {
        #expect(throws: ModelError.self) { try parse(json) }
      }
    }
  }
}
