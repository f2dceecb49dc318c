internal import JSON
internal import OpenAIProtocol

/// The description of the endpoints for programs, in OpenAPI 3.1.
enum OpenAPIDocument {
  /// Returns the document.
  static func json(version: String) -> JSONValue {
    .object([
      "openapi": .string("3.1.0"),
      "info": .object([
        "title": .string("Lorikeet"), "version": .string(version),
        "description": .string("Speech to text with OpenAI's API."),
      ]),
      "paths": .object([
        "/v1/audio/transcriptions": .object(["post": transcriptions]),
        "/v1/audio/translations": .object([
          "post": operation("Is refused: Parakeet does not translate.", ["400": error])
        ]),
        "/v1/models": .object(["get": operation("Lists the models.", ["200": anyJSON])]),
        "/v1/models/{id}": .object([
          "get": operation("Describes a model.", ["200": anyJSON, "404": error], parameters: [model])
        ]),
        "/v1/status": .object(["get": operation("Describes the devices and the queue.", ["200": anyJSON])]),
        "/v1/realtime": .object([
          "get": operation(
            "Opens a WebSocket for live speech.", ["101": text("text/plain"), "404": error, "426": error])
        ]),
        "/openapi.json": .object(["get": operation("Returns this document.", ["200": anyJSON])]),
        "/health": .object(["get": operation("Succeeds while the server runs.", ["200": anyJSON])]),
        "/ready": .object([
          "get": operation("Succeeds if all models are loaded.", ["200": anyJSON, "503": anyJSON])
        ]),
        "/metrics": .object(["get": operation("Returns the metrics.", ["200": text("text/plain")])]),
      ]),
      "components": .object([
        "securitySchemes": .object(["token": .object(["type": .string("http"), "scheme": .string("bearer")])])
      ]),
      "security": .array([.object([:]), .object(["token": .array([])])]),
    ])
  }

  private static var transcriptions: JSONValue {
    var fields: [String: JSONValue] = [
      "file": .object(["type": .string("string"), "contentMediaType": .string("application/octet-stream")]),
      "model": string("The model; whisper-1 and the like stand for the address's own."),
      "chunking_strategy": string("Without effect."), "language": string("The spoken language, such as en."),
      "prompt": string("Names between commas."),
      "temperature": .object(["type": .string("number"), "minimum": .integer(0), "maximum": .integer(1)]),
      "stream": .object(["type": .string("boolean")]),
      "response_format": choice(TranscriptionRequest.Format.allCases.map(\.rawValue)),
    ]
    for (name, items) in [
      ("keywords[]", string("A name that is said.")),
      ("languages[]", string("A single one is the language.")),
      ("timestamp_granularities[]", choice(TranscriptionRequest.Granularity.allCases.map(\.rawValue))),
      ("include[]", choice(["logprobs"])),
    ] {
      fields[name] = .object(["type": .string("array"), "items": items])
    }
    let form: JSONValue = .object([
      "type": .string("object"), "required": .array([.string("file")]), "properties": .object(fields),
    ])
    var answers: [String: JSONValue] = [
      "200": .object([
        "description": .string("The transcript."),
        "content": .object([
          "application/json": .object([:]), "text/plain": .object([:]), "text/vtt": .object([:]),
          "application/x-subrip": .object([:]), "text/event-stream": .object([:]),
        ]),
      ])
    ]
    for status in ["400", "404", "408", "413", "415", "422", "429"] { answers[status] = error }
    return operation("Transcribes a recording.", answers, body: form)
  }

  private static func operation(
    _ summary: String, _ answers: [String: JSONValue], parameters: [JSONValue] = [], body: JSONValue? = nil
  ) -> JSONValue {
    var fields: [String: JSONValue] = [
      "summary": .string(summary),
      "responses": .object(answers.merging(["401": error, "403": error]) { known, _ in known }),
    ]
    if !parameters.isEmpty { fields["parameters"] = .array(parameters) }
    if let body {
      fields["requestBody"] = .object([
        "required": .bool(true), "content": .object(["multipart/form-data": .object(["schema": body])]),
      ])
    }
    return .object(fields)
  }

  private static let model: JSONValue = .object([
    "name": .string("id"), "in": .string("path"), "required": .bool(true),
    "schema": .object(["type": .string("string")]),
  ])

  private static func string(_ description: String) -> JSONValue {
    .object(["type": .string("string"), "description": .string(description)])
  }

  private static func choice(_ values: [String]) -> JSONValue {
    .object(["type": .string("string"), "enum": .array(values.map(JSONValue.string))])
  }

  private static func text(_ type: String) -> JSONValue {
    .object(["description": .string("Text."), "content": .object([type: .object([:])])])
  }

  private static let anyJSON: JSONValue = .object([
    "description": .string("An object."),
    "content": .object(["application/json": .object(["schema": .object(["type": .string("object")])])]),
  ])

  private static let error: JSONValue = .object([
    "description": .string("An error in OpenAI's form."),
    "content": .object([
      "application/json": .object([
        "schema": .object(["type": .string("object"), "required": .array([.string("error")])])
      ])
    ]),
  ])
}
