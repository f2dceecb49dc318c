internal import JSON

extension ServerStatus.Names {
  /// The names as JSON.
  var json: [String: JSONValue] {
    [
      "count": .integer(sources.map(\.count).reduce(0, +)),
      "boosted_tokens": .integer(boostedTokens), "boosted_utterances": .integer(boostedUtterances),
      "sources": .array(sources.map { .object($0.json) }),
    ]
  }

  /// Reads JSON. Older servers send nothing.
  init(_ json: [String: JSONValue]) {
    self.init(
      boostedTokens: json["boosted_tokens"]?.integer ?? 0,
      boostedUtterances: json["boosted_utterances"]?.integer ?? 0,
      sources: (json["sources"]?.array ?? []).compactMap { $0.object.flatMap(Source.init) })
  }
}

extension ServerStatus.Names.Source {
  fileprivate var json: [String: JSONValue] {
    [
      "source": .string(name), "count": .integer(count),
      "age_seconds": ageSeconds.map { .number(($0 * 10).rounded() / 10) } ?? .null,
      "error": failure.map(JSONValue.string) ?? .null,
    ]
  }

  fileprivate init?(_ json: [String: JSONValue]) {
    guard let name = json["source"]?.string, let count = json["count"]?.integer else { return nil }
    self.init(
      name: name, count: count, ageSeconds: json["age_seconds"]?.number, failure: json["error"]?.string)
  }
}
