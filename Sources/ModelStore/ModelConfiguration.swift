internal import FoundationEssentials
internal import SystemPaths

/// A model's `config.json`, in onnx-asr's format.
public struct ModelConfiguration: Sendable, Equatable {
  /// The way from an encoder frame to tokens.
  public enum Head: String, Sendable, CaseIterable {
    /// A token-and-duration transducer.
    case tdt
    /// A transducer that moves on by a frame with each blank.
    case rnnt
    /// Connectionist temporal classification: the encoder's frames are the tokens' probabilities.
    case ctc

    /// The architecture's name in `config.json`.
    public var modelType: String { "nemo-conformer-\(rawValue)" }
  }

  /// The way from an encoder frame to tokens.
  public var head: Head
  /// The number of mel bands in the encoder's input features.
  public var bandCount: Int
  /// The number of feature frames in each encoder frame.
  public var subsampling: Int
  /// The maximum number of tokens that one encoder frame can emit.
  public var maximumTokensPerFrame: Int
  /// The BCP 47 tags of the languages it was trained on; empty if unknown. Lorikeet's addition to the format.
  public var languages: [String]

  /// Parses the file's content.
  ///
  /// - Parameter model: The model's directory, for errors.
  /// - Throws: A ``ModelError`` whose reason is ``ModelError/Reason/configuration(_:)``.
  init(parsing json: Data, of model: String) throws(ModelError) {
    func failure(_ what: String) -> ModelError { ModelError(model: model, reason: .configuration(what)) }
    func positive(_ value: Double, _ key: String, upTo limit: Int) throws(ModelError) -> Int {
      let whole = Int(exactly: value)
      guard let whole, (1...limit).contains(whole) else {
        let shown = whole.map { "\($0)" } ?? "\(value)"
        throw failure("\(key) is \(shown), expected a whole number, 1 to \(limit)")
      }
      return whole
    }
    let file: File
    do {
      // The decoder traps if the data ends in brackets nested too deep for it, so a newline is appended.
      file = try JSONDecoder().decode(File.self, from: json + [0x0A])
    } catch {
      throw failure(Self.explain(error))
    }
    guard let head = Head.allCases.first(where: { $0.modelType == file.model_type }) else {
      let known = Head.allCases.map { "\"\($0.modelType)\"" }.joined(separator: " or ")
      throw failure("model_type is \"\(file.model_type)\", expected \(known)")
    }
    self.head = head
    bandCount = try positive(file.features_size ?? 80, "features_size", upTo: 512)
    subsampling = try positive(file.subsampling_factor ?? 8, "subsampling_factor", upTo: 64)
    maximumTokensPerFrame = try positive(
      file.max_tokens_per_step ?? 10, "max_tokens_per_step", upTo: 1000)
    languages = file.languages ?? []
  }

  /// The keys of the file.
  private struct File: Decodable {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let model_type: String
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let features_size, subsampling_factor, max_tokens_per_step: Double?
    let languages: [String]?
  }

  /// Returns the head that a `config.json` names; `nil` if it cannot be read, or names none of those that are known.
  public static func head(at path: String) -> Head? {
    guard let bytes = try? Files.contents(of: path, atMost: 1 << 20) else { return nil }
    return try? ModelConfiguration(parsing: Data(bytes), of: path).head
  }

  private static func explain(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "\(key.stringValue) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      if let key = context.codingPath.first {
        "\(key.stringValue) is of the wrong type"
      } else {
        "is not a JSON object"
      }
    default: "is not valid JSON"
    }
  }
}
