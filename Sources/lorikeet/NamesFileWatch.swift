internal import Logging
internal import Names

/// Reads a file of names into a book, and again whenever it changes. If it cannot be read then, the names that were
/// read last stay.
struct NamesFileWatch: Sendable {
  /// The service that reads the file again.
  let watch: FileWatch

  /// Reads the file for the first time. Blocks.
  init(_ path: String, _ book: NameBook, _ logger: Logger) throws(NamesFileError) {
    watch = FileWatch("names", [path]) {
      do throws(NamesFileError) {
        try Self.read(path, book, logger)
      } catch {
        book.fail(.file, because: "\(error)")
        logger.warning("kept the names that were read before", metadata: ["why": "\(error)"])
      }
    }
    try Self.read(path, book, logger)
  }

  private static func read(_ path: String, _ book: NameBook, _ logger: Logger) throws(NamesFileError) {
    let names = try NamesFile.read(path)
    book.update(.file, names)
    logger.info("names from a file", metadata: ["file": "\(path)", "count": "\(names.count)"])
  }
}
