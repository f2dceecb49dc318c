// `environ` is a C variable, which the compiler considers mutable shared state.
@preconcurrency internal import Glibc

/// The arguments and the environment of the process, byte for byte.
public enum SystemProcess {
  /// The arguments, the program's name first.
  public static let arguments: [String] = texts(CommandLine.unsafeArgv)

  /// The environment's variables. Of two with the same name the first counts, as in C.
  public static let environment: [String: String] = {
    let pairs = texts(environ).compactMap { entry -> (String, String)? in
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
    return Dictionary(pairs) { first, _ in first }
  }()

  private static func texts(_ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [String] {
    guard let list else { return [] }
    var result: [String] = []
    var next = list
    while let text = next.pointee {
      result.append(String(systemCString: text))
      next += 1
    }
    return result
  }
}
