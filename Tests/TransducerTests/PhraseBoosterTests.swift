import Testing

@testable import Transducer

/// A vocabulary of a few pieces, written as in `vocab.txt`.
private func vocabulary(_ pieces: [String]) throws -> Vocabulary {
  try Vocabulary(parsing: (pieces + ["<blk>"]).enumerated().map { "\($1) \($0)\n" }.joined())
}

private let pieces = [
  "<unk>", "▁", "▁na", "▁Na", "ta", "lie", "li", "e", "▁la", "mp", "n", "N", "a", "t", "l", "i", ".", "'",
  "s", "▁sp",
  "ar", "kly", "▁natural", "é", "m", "p", "-",
]

@Suite struct `Boosted phrases` {
  private let tree: PieceTree
  private let ids: [String: Int32]

  init() throws {
    let vocabulary = try vocabulary(pieces)
    tree = PieceTree(vocabulary)
    ids = Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ($1, Int32($0)) })
  }

  private func booster(_ phrases: BoostedPhrase...) -> PhraseBooster { PhraseBooster(phrases, of: tree) }

  private func state(after tokens: [String], _ booster: PhraseBooster) throws -> PhraseBooster.State {
    try tokens.reduce(booster.start) { booster.state(after: try #require(ids[$1]), from: $0) }
  }

  /// Returns the biases after some tokens, by piece.
  private func biases(after tokens: [String], _ booster: PhraseBooster) throws -> [String: Float] {
    var biases: [String: Float] = [:]
    for candidate in booster.biasedTokens(at: try state(after: tokens, booster)) {
      let piece = pieces[Int(candidate.token)]
      biases[piece] = max(biases[piece] ?? 0, candidate.bias)
    }
    return biases
  }

  @Test(arguments: [
    ["▁na", "ta", "lie"], ["▁Na", "ta", "li", "e"], ["▁", "N", "a", "t", "a", "li", "é"],
    ["▁", "n", "a", "ta", "'", "lie"],
  ])
  func `every way to write a phrase in pieces has one score`(spelling: [String]) throws {
    let booster = booster(BoostedPhrase("Natalie"))
    let whole = try state(after: ["▁na", "ta", "lie"], booster)
    #expect(try state(after: spelling, booster) == whole)
    // At each point on the way, the next piece of the spelling has a bias.
    for count in spelling.indices where spelling[count] != "▁" {
      let biases = try biases(after: Array(spelling[..<count]), booster)
      #expect((biases[spelling[count]] ?? 0) > 0, "\(spelling[count])")
    }
  }

  @Test func `a phrase given in capitals or with accents is the same phrase`() throws {
    let plain = try biases(after: ["▁na", "ta"], booster(BoostedPhrase("natalie")))
    for text in ["NATALIE", "Nátàlié", "Na'talie", " natalie! ", "Na\u{301}talie"] {
      #expect(try biases(after: ["▁na", "ta"], booster(BoostedPhrase(text))) == plain, "\(text)")
    }
  }

  @Test func `the marker at the beginning of a word is matched and never scored`() throws {
    let booster = booster(BoostedPhrase("Natalie"), BoostedPhrase("lamp"))
    for tokens in [[], ["▁la"], ["▁na", "ta", "lie"], ["."], ["▁natural"]] {
      #expect(try biases(after: tokens, booster)["▁"] == nil, "\(tokens)")
    }
    #expect(try biases(after: ["▁"], booster)["n"] ?? 0 > 0)
  }

  @Test func `a bias grows with the depth of the match, and with the weight`() throws {
    let one = booster(BoostedPhrase("Natalie"))
    let two = booster(BoostedPhrase("Natalie", weight: 2))
    var last: Float = 0
    for (tokens, next) in [([], "▁na"), (["▁na"], "ta"), (["▁na", "ta"], "lie")] {
      let bias = try #require(try biases(after: tokens, one)[next])
      #expect(bias > last)
      #expect(try biases(after: tokens, two)[next] == 2 * bias)
      last = bias
    }
  }

  @Test func `a phrase that begins another keeps its score when the other breaks off`() throws {
    let alone = booster(BoostedPhrase("Natalie Sparkly"))
    let both = booster(BoostedPhrase("Natalie Sparkly"), BoostedPhrase("Natalie"))
    let after = ["▁na", "ta", "lie"]
    // What follows has a smaller advantage over everything else, as the first name is secure.
    let (loose, secure) = (try biases(after: after, alone)["▁sp"], try biases(after: after, both)["▁sp"])
    #expect(try #require(secure) < #require(loose))
    #expect(try #require(secure) > 0)
  }

  @Test func `a match that breaks off falls back to the longest end that begins a phrase`() throws {
    let booster = booster(BoostedPhrase("la natalie"), BoostedPhrase("natal"))
    let state = try state(after: ["▁la", "▁na", "ta", "l"], booster)
    #expect(try biases(after: ["▁la", "▁na", "ta"], booster)["l"] ?? 0 > 0)
    #expect(booster.state(after: try #require(ids["mp"]), from: state).node == 0)
    #expect(try biases(after: ["▁natural"], booster).keys.sorted() == ["▁Na", "▁la", "▁na"])
  }

  @Test func `a phrase in the middle of a word is no match`() throws {
    let booster = booster(BoostedPhrase("ali"))
    #expect(try biases(after: ["▁na", "t"], booster).isEmpty)
  }

  @Test(arguments: [
    "", " ", "...", "💡💡", "\u{0}\u{1}\u{7F}", "\u{202E}\u{2066}", String(repeating: "a", count: 81),
    String(repeating: "na ", count: 4000), String(repeating: "\u{301}", count: 10_000),
  ])
  func `a phrase without letters or of great length has no effect`(text: String) throws {
    let hostile = booster(BoostedPhrase(text), BoostedPhrase("lamp"))
    let plain = booster(BoostedPhrase("lamp"))
    for tokens in [[], ["▁la"], ["▁na"]] {
      #expect(try biases(after: tokens, hostile) == biases(after: tokens, plain))
    }
  }

  @Test(arguments: [0, -1, -Float.infinity, Float.nan, Float.infinity])
  func `a weight that is no positive number has no effect or a finite one`(weight: Float) throws {
    let booster = booster(BoostedPhrase("Natalie", weight: weight))
    #expect(try biases(after: ["▁na"], booster).values.allSatisfy { $0.isFinite && $0 >= 0 })
  }

  @Test func `special tokens have no bias and change no state`() throws {
    let booster = booster(BoostedPhrase("unk"), BoostedPhrase("Natalie"))
    #expect(try biases(after: [], booster)["<unk>"] == nil)
    let state = try state(after: ["▁na"], booster)
    #expect(booster.state(after: 0, from: state) == state)
  }

  @Test func `ten thousand names load, and each is found`() throws {
    let names = (0..<10_000).map { number in
      String(String(number, radix: 5).map { Array("naltie")[$0.wholeNumberValue ?? 0] }) + "lamp"
    }
    let booster = PhraseBooster(names.map { BoostedPhrase($0) }, of: tree)
    for name in stride(from: 0, to: names.count, by: 997).map({ names[$0] }) {
      var state = booster.state(after: try #require(ids["▁"]), from: booster.start)
      for letter in name {
        let token = try #require(ids[String(letter)])
        #expect(booster.biasedTokens(at: state).contains { $0.token == token }, "\(name)")
        state = booster.state(after: token, from: state)
      }
    }
  }
}

@Suite struct `Compared characters` {
  @Test(arguments: [
    ("Kitchen-West, 2nd floor!", " kitchen west 2nd floor "), ("O'Brien’s", "obriens"),
    ("José Núñez", "jose nunez"),
    ("Straße", "strasse"), ("Łódź", "lodz"), ("Ærø", "aero"), ("Ёлка и Й", "елка и й"), ("ΆΛΦΑ", "αλφα"),
    ("İzmir", "izmir"), ("e\u{301}", "e"), ("a\u{200F}b", "ab"), ("💡 lamp", " lamp"), ("", ""), ("東京", "東京"),
  ])
  func `case, accents and apostrophes make no difference`(text: String, expected: String) {
    let characters = ComparedCharacters.of(text).compactMap(Unicode.Scalar.init).map(Character.init)
    #expect(String(characters) == expected.trimmingPrefix(text.first == "K" ? " " : ""))
  }
}
