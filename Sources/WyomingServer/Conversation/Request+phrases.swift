internal import Transducer
internal import WyomingProtocol

extension Session.Request {
  /// The names and terms of the client; terms are preferred less.
  var phrases: [BoostedPhrase] {
    names.map { BoostedPhrase($0) } + terms.map { BoostedPhrase($0, weight: 0.5) }
  }
}
