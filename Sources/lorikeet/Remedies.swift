internal import WyomingClient
internal import WyomingServer

/// Advice on the command line for errors of the modules, which do not know its options.
enum Remedies {
  /// The text of an error, followed by advice if there is some.
  static func text(of error: any Error) -> String {
    advice(for: error).map { "\(error); \($0)" } ?? "\(error)"
  }

  private static func advice(for error: any Error) -> String? {
    switch error {
    case let error as ClientError: advice(for: error.reason)
    case is ListenError: "give another --uri"
    default: nil
    }
  }

  private static func advice(for reason: ClientError.Reason) -> String? {
    switch reason {
    case .noServer: "start it with `lorikeet serve`, or give another --uri"
    case .noConnection: "check the address, and whether a firewall is in the way"
    case .noRoute: "check the network, or give another --uri"
    case .unreachable: "give another --uri"
    case .socketOfAnotherUser, .standardInput, .notWyoming, .closed, .broken, .noAnswer, .refused: nil
    }
  }
}
