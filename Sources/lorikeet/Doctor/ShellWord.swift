internal import SystemPaths

extension String {
  /// The text as one word for a shell, to be copied into a command. Bytes that are not UTF-8 are written as `$'\xE9'`,
  /// which bash and zsh understand.
  var shellWord: String {
    let isPlain = !holdsRawBytes
    // By scalars: a combining accent would hide the quotation mark before it.
    let quoted = unicodeScalars.map { scalar in
      switch scalar {
      case "'": isPlain ? #"'\''"# : #"\'"#
      case "\\" where !isPlain: #"\\"#
      default: String(scalar)
      }
    }.joined()
    return isPlain ? "'\(quoted)'" : "$'\(quoted.readable)'"
  }
}
