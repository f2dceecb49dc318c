internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import OpenAIProtocol

/// The page at `/` and its files, which are part of the program.
enum Page {
  struct File: Sendable {
    var content: [UInt8]
    var contentType: String
  }

  /// The paths of the files, "/" among them.
  static let paths: [String] = ["/"] + files.keys.filter { $0 != "/index.html" }.sorted()

  /// No other address, nothing that is written into the page, and a frame only of the page's own origin: Home
  /// Assistant shows it in one.
  private static let policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
    "connect-src 'self' ws: wss:",
    "media-src blob:", "worker-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'none'",
    "frame-ancestors 'self'",
  ].joined(separator: "; ")

  /// Returns the file at a path; `nil` if there is none.
  static func file(at path: String) -> File? { files[path == "/" ? "/index.html" : path] }

  /// Returns the answer with a file.
  static func response(at path: String) throws -> Response {
    guard let file = file(at: path) else {
      throw APIError(404, "There is nothing at \(path).", code: "not_found")
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: file.contentType, .cacheControl: "no-cache", .contentSecurityPolicy: policy,
        .referrerPolicy: "no-referrer",
      ], body: .init(byteBuffer: ByteBuffer(bytes: file.content)))
  }

  private static let files: [String: File] = Dictionary(
    uniqueKeysWithValues: contents.map { path, content in
      (path, File(content: content, contentType: contentType(of: path)))
    })

  private static let contents: [(path: String, content: [UInt8])] = [
    ("/api.js", PackageResources.api_js),
    ("/capture-worklet.js", PackageResources.capture_worklet_js),
    ("/dom.js", PackageResources.dom_js),
    ("/files.js", PackageResources.files_js),
    ("/format.js", PackageResources.format_js),
    ("/icon.svg", PackageResources.icon_svg),
    ("/index.html", PackageResources.index_html),
    ("/page.css", PackageResources.page_css),
    ("/page.js", PackageResources.page_js),
    ("/realtime.js", PackageResources.realtime_js),
    ("/recorder.js", PackageResources.recorder_js),
    ("/speak.js", PackageResources.speak_js),
    ("/status.js", PackageResources.status_js),
    ("/subtitles.js", PackageResources.subtitles_js),
    ("/upload.js", PackageResources.upload_js),
    ("/words.js", PackageResources.words_js),
  ]

  private static func contentType(of path: String) -> String {
    switch path.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    default: "image/svg+xml"
    }
  }
}
