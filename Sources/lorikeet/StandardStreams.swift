internal import Glibc

/// Standard input, output and error.
enum StandardStreams {
  /// Takes the place of those that are closed. Else the next file or connection that is opened would get their number,
  /// and what is written for a person would end up in there.
  static func reserve() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // Open for what it is not for: using it stays an error. The lowest free number is this one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
