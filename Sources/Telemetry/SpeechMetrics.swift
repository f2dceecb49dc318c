internal import Synchronization

/// The metrics of a server's answers, over all of its addresses and protocols.
public final class SpeechMetrics: Sendable {
  /// The protocol of a client.
  public enum ClientProtocol: String, Sendable, CaseIterable {
    case wyoming, http, realtime
  }

  /// The end of an utterance or a recording.
  public enum Outcome: String, Sendable {
    /// A transcript with text.
    case text
    /// An empty transcript.
    case empty
    /// The recognition failed.
    case failed
    /// There was no transcript in time.
    case late
    /// The client left before its transcript.
    case cancelled
  }

  /// A transcript that a client got.
  public struct Answer: Sendable {
    /// The client's protocol.
    public var client: ClientProtocol
    /// True if the transcript has a text.
    public var hasText: Bool
    /// The duration of the audio, in seconds.
    public var audioSeconds: Double
    /// The time from the end of the audio to the transcript, in seconds.
    public var latencySeconds: Double
    /// The durations of the stages, in seconds, by name.
    public var stages: [(name: String, seconds: Double)]
    /// The device; `nil` if nothing had to run.
    public var device: String?
    /// The length of the bucket, in seconds; `nil` with a dynamic shape.
    public var bucket: Double?
    /// The reason of the end of the utterance, if the server decided it.
    public var endpoint: String?

    /// Creates an answer.
    public init(
      client: ClientProtocol, hasText: Bool, audioSeconds: Double, latencySeconds: Double,
      stages: [(name: String, seconds: Double)] = [], device: String? = nil, bucket: Double? = nil,
      endpoint: String? = nil
    ) {
      self.client = client
      self.hasText = hasText
      self.audioSeconds = audioSeconds
      self.latencySeconds = latencySeconds
      self.stages = stages
      self.device = device
      self.bucket = bucket
      self.endpoint = endpoint
    }
  }

  private let utterances = Counter(
    "lorikeet_utterances_total", "Utterances and recordings, by their end.", labels: ["protocol", "outcome"])
  private let audio = Counter(
    "lorikeet_audio_seconds_total", "Audio that was transcribed, in seconds.", labels: ["protocol"])
  private let latency = Histogram(
    "lorikeet_transcript_latency_seconds", "Time from the end of the audio to the transcript.",
    labels: ["protocol"])
  private let inference = Histogram(
    "lorikeet_inference_seconds", "Time of each stage of an utterance.",
    labels: ["stage", "device", "bucket"])
  private let endpoints = Counter(
    "lorikeet_endpoints_total", "Utterances whose end the server has heard, by the reason.",
    labels: ["reason"])
  private let requests = Counter(
    "lorikeet_http_requests_total", "Answered HTTP requests.", labels: ["handler", "method", "status"])
  private let requestTime = Histogram(
    "lorikeet_http_request_seconds", "Time from the head of an HTTP request to the head of its answer.",
    labels: ["handler"])
  private let waiting = Mutex(0)
  private let connections = Mutex<[ClientProtocol: Int]>([:])

  /// The transcripts of the last minute.
  public let recent = RecentAnswers()

  /// Creates metrics without any values.
  public init() {}

  /// Notes a transcript.
  public func answered(_ answer: Answer) {
    let client = answer.client.rawValue
    utterances.add(1, client, (answer.hasText ? Outcome.text : .empty).rawValue)
    audio.add(answer.audioSeconds, client)
    latency.observe(answer.latencySeconds, client)
    let bucket = answer.bucket.map(MetricsFormat.text) ?? "dynamic"
    for stage in answer.stages {
      inference.observe(stage.seconds, stage.name, answer.device ?? "none", bucket)
    }
    if let endpoint = answer.endpoint { endpoints.add(1, endpoint) }
    recent.add(answer)
  }

  /// Notes an utterance or a recording that has no transcript.
  public func unanswered(_ client: ClientProtocol, _ outcome: Outcome) {
    utterances.add(1, client.rawValue, outcome.rawValue)
  }

  /// Notes that an HTTP request was answered.
  ///
  /// - Parameter handler: The path of the endpoint, without values of the client.
  public func answeredRequest(handler: String, method: String, status: Int, seconds: Double) {
    requests.add(1, handler, method, String(status))
    requestTime.observe(seconds, handler)
  }

  /// Notes that an utterance waits for its transcript, or no longer does.
  public func changeWaiting(by change: Int) {
    waiting.withLock { $0 += change }
  }

  /// Notes that a client has connected or has gone.
  public func changeConnections(_ client: ClientProtocol, by change: Int) {
    connections.withLock { $0[client, default: 0] += change }
  }

  /// The number of utterances and recordings that wait for their transcripts.
  public var queueDepth: Int { waiting.withLock { $0 } }

  /// The number of connected clients.
  public func connectionCount(_ client: ClientProtocol) -> Int { connections.withLock { $0[client] ?? 0 } }

  /// All metrics at present.
  public var families: [MetricFamily] {
    [
      utterances.family, audio.family, latency.family, inference.family, endpoints.family,
      requests.family, requestTime.family,
      MetricFamily(
        "lorikeet_connections", "Connected clients.", .gauge,
        ClientProtocol.allCases.map { client in
          MetricFamily.Sample(
            labels: [Label("protocol", client.rawValue)], value: Double(connectionCount(client)))
        }),
      MetricFamily(
        "lorikeet_queue_depth", "Utterances and recordings that wait for their transcripts.", .gauge,
        value: Double(queueDepth)),
    ]
  }
}
