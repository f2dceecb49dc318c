internal import Concurrency
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Multipart
internal import NIOCore
internal import OpenAIProtocol
internal import Synchronization
internal import SystemPaths

/// Receives the form of a transcription, and begins to recognize its file while it arrives.
///
/// The fields before the file decide how it is recognized. If a later one changes that, the file is recognized once more.
struct FormReception {
  private let application: HTTPApplication
  /// Called when the recognition of the file has begun, if the fields before the file ask for a stream of events.
  private let onStream: @Sendable (UploadRecognition) -> Void
  private var form = TranscriptionForm()
  /// The field that arrives: its name and its bytes.
  private var field: (name: String, value: [UInt8])?
  private var upload: Upload?
  private var isFileOpen = false
  private var recognition: UploadRecognition?

  init(_ application: HTTPApplication, onStream: @escaping @Sendable (UploadRecognition) -> Void) {
    self.application = application
    self.onStream = onStream
  }

  /// Receives a request's form.
  ///
  /// - Returns: The recognition of its file, with the request that the whole form makes.
  mutating func receive(_ request: Request) async throws -> (UploadRecognition, TranscriptionRequest) {
    let limit = application.limits.bodyBytes
    let length = request.headers[.contentLength].flatMap(Int.init)
    if let length, length > limit { throw Self.tooLong(limit) }
    var parser = try Self.parser(for: request.headers[.contentType])
    var received = 0
    for try await bytes in request.body {
      received += bytes.readableBytes
      guard received <= limit else { throw Self.tooLong(limit) }
      lastArrival.withLock { $0 = .now }
      let pieces = try Self.readable { () throws(MultipartError) in
        try parser.append(bytes.readableBytesView)
      }
      for index in pieces.indices {
        try await take(pieces[index]) {
          length.map { length in
            pieces[index...].reduce(0) { $0 + $1.contentCount }
              + parser.remainingContent(in: length - received)
          }
        }
      }
    }
    try Self.readable { () throws(MultipartError) in try parser.finish() }
    return try await finished()
  }

  /// The time of the last bytes.
  let lastArrival = SharedInstant()

  /// Takes a piece of the form.
  ///
  /// - Parameter expectedCount: Returns the length of the file that begins with the piece, in bytes, if nothing follows it;
  ///   `nil` if the client does not tell the length of the form.
  private mutating func take(
    _ piece: MultipartParser.Piece, expectedCount: () -> Int?
  ) async throws {
    switch piece {
    case .part(let part) where part.name == "file":
      guard upload == nil else { throw APIError(400, "The form has more than one file.", param: "file") }
      let upload = Upload(
        name: part.filename, expectedCount: expectedCount(), directory: application.directory)
      self.upload = upload
      isFileOpen = true
      let recognition = try recognition(of: upload, form.request)
      self.recognition = recognition
      if recognition.request.streams { onStream(recognition) }
    case .part(let part): field = (part.name, [])
    case .content(let bytes):
      if isFileOpen {
        try await store(bytes)
      } else if let field {
        guard field.value.count + bytes.count <= TranscriptionForm.longestField else {
          throw APIError(
            400, "\(field.name.shown()) is longer than \(TranscriptionForm.longestField) bytes.",
            param: field.name.shown())
        }
        self.field?.value += bytes
      }
    case .partEnd:
      if isFileOpen {
        upload?.finish()
        isFileOpen = false
      } else if let (name, value) = field {
        guard let text = String(validating: value, as: UTF8.self) else {
          throw APIError(400, "\(name.shown()) is not UTF-8.", param: name.shown())
        }
        try form.take(name, text)
        field = nil
      }
    }
  }

  private func store(_ bytes: [UInt8]) async throws {
    do {
      try await upload?.append(bytes)
    } catch let error as FileError {
      throw APIError(507, "The upload cannot be stored: \(error.message).", type: "server_error")
    }
  }

  private mutating func finished() async throws -> (UploadRecognition, TranscriptionRequest) {
    try form.check()
    let request = form.request
    guard let upload else { throw APIError(400, "The form has no file.", param: "file") }
    if let recognition, recognition.request.recognizes(like: request) { return (recognition, request) }
    // One at a time: both would read what arrives.
    await recognition?.stop()
    return (try recognition(of: upload, request), request)
  }

  private func recognition(
    of upload: Upload, _ request: TranscriptionRequest
  ) throws(APIError) -> UploadRecognition {
    UploadRecognition(
      upload, request, with: try application.models.service(for: request.model),
      within: application.limits.deadlineSeconds, application.logger)
  }

  private static func parser(for contentType: String?) throws(APIError) -> MultipartParser {
    let parts = (contentType ?? "").split(separator: ";", omittingEmptySubsequences: false)
    guard parts.first?.lowercased().filter({ $0 != " " }) == "multipart/form-data" else {
      throw APIError(
        400, "The body is '\(contentType?.shown() ?? "")', expected multipart/form-data with a file.")
    }
    var boundary = ""
    for part in parts.dropFirst() {
      let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      if pair.count == 2, pair[0].lowercased() == "boundary" {
        boundary = String(pair[1]).trimmingQuotes
      }
    }
    return try readable { () throws(MultipartError) in try MultipartParser(boundary: boundary) }
  }

  private static func readable<Value: ~Copyable>(
    _ work: () throws(MultipartError) -> Value
  ) throws(APIError) -> Value {
    do {
      return try work()
    } catch {
      throw APIError(error.isLimit ? 413 : 400, "The form cannot be read: \(error).")
    }
  }

  private static func tooLong(_ limit: Int) -> APIError {
    APIError(
      413, "The body is longer than \(limit) bytes, the server's setting http-max-bytes.",
      code: "body_too_long")
  }
}

extension MultipartParser.Piece {
  fileprivate var contentCount: Int {
    if case .content(let bytes) = self { bytes.count } else { 0 }
  }
}

/// A time that two tasks share.
final class SharedInstant: Sendable {
  private let instant = Mutex(ContinuousClock.now)

  func withLock(_ body: (inout ContinuousClock.Instant) -> Void) { instant.withLock { body(&$0) } }

  var value: ContinuousClock.Instant { instant.withLock { $0 } }
}

extension String {
  fileprivate var trimmingQuotes: String {
    func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
    let text = String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    return text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
      ? String(text.dropFirst().dropLast()) : text
  }
}
