internal import Devices
internal import Endpointing
internal import HTTPServer
internal import Recognition
internal import VoiceActivity
internal import Wording
internal import WyomingServer

extension Setting {
  /// All settings, in the order in which they are shown.
  public static let all: [Setting] = [
    uri, http, httpTokenFile, httpCertificate, httpKey, httpOrigin, httpPage, zeroconf, zeroconfInterface,
    model, device, fallback, decoderDevice, precision, buckets, lazyBuckets,
    memoryBudget, maxResidentBuckets, deviceProperty, inferenceSeconds, windowSeconds, vad, vadMargin,
    vadOnsetSeconds, vadHangOverSeconds, vadLeadingSeconds, vadTrailingSeconds, maxGain, maxSpeculations,
    endpointing, endpointCompleteSeconds, endpointUndecidedSeconds, endpointOpenSeconds,
    endpointNoSpeechSeconds,
    endpointLongestSeconds, language, forceScript, names, homeAssistant, homeAssistantTokenFile, namesRescue,
    text, numbers, dataDir,
    cache, keepOriginals, offline,
    logLevel, logFormat,
    logTranscripts, drainSeconds, maxConnections, maxUtteranceSeconds, maxHeaderBytes, maxDataBytes,
    maxPayloadBytes, stallSeconds, idleSeconds, deadlineSeconds,
    httpMaxBytes, httpRequestSeconds, httpMaxRequests,
  ]

  public static let uri = list(
    "uri", \.uris, reference: "WYOMING_URI", accepted: "addresses like tcp://0.0.0.0:10300",
    "Address to listen on: tcp://HOST:PORT, unix:///PATH or stdio://; port 0 picks a free port.")

  public static let http = list(
    "http", \.https, value: "http", accepted: "addresses like tcp://0.0.0.0:8080",
    "Address for HTTP, with OpenAI's API, metrics and a page: tcp://HOST:PORT; port 0 picks a free port.")

  public static let httpTokenFile = optionalText(
    "http-token-file", \.httpTokenFile, value: "file", accepted: "the path of a file",
    "File with a token in each line, one of which HTTP clients must send; read again when it changes.")

  public static let httpCertificate = optionalText(
    "http-certificate", \.httpCertificate, value: "file", accepted: "the path of a file",
    "File with the certificate chain of HTTPS, in PEM; read again when it changes.")

  public static let httpKey = optionalText(
    "http-key", \.httpKey, value: "file", accepted: "the path of a file",
    "File with the private key of the certificate, in PEM.")

  public static let httpOrigin = list(
    "http-origin", \.httpOrigins, value: "origin", accepted: "origins like https://chat.example, or *",
    each: \.isOrigin,
    "Web page that may use the server from a browser, such as https://chat.example; * for all.")

  public static let httpPage = yesOrNo(
    "http-page", \.httpPage, "Serve the page to talk to, at the root of each HTTP address.")

  public static let httpMaxBytes = wholeNumber(
    "http-max-bytes", \.httpLimits.bodyBytes, in: 1024...1_099_511_627_776,
    "Maximum length of an HTTP request's body, in bytes.")

  public static let httpRequestSeconds = wholeNumber(
    "http-request-seconds", \.httpLimits.requestSeconds, in: 1...86_400,
    "Maximum time of an HTTP request, in seconds.")

  public static let httpMaxRequests = wholeNumber(
    "http-max-requests", \.httpLimits.requests, in: 1...10_000, value: "count",
    "Maximum number of recordings that are recognized at the same time on an HTTP address.")

  public static let zeroconf = serviceName(
    "zeroconf", \.zeroconf,
    "Advertise the server to Home Assistant through multicast DNS: no, yes ('Lorikeet on HOST'), or a name."
  )

  public static let zeroconfInterface = list(
    "zeroconf-interface", \.zeroconfInterfaces, value: "name", accepted: "network interfaces like eth0",
    "Network interface to advertise on; by default, all interfaces that reach other machines.")

  public static let model = text(
    "model", \.model, accepted: "'builtin', a model of the hub, or a directory",
    "Model to use: 'builtin', one from Hugging Face such as 'parakeet-tdt-0.6b-v3' or OWNER/NAME[@COMMIT][/FOLDER], or a directory with the files of the public ONNX export."
  )

  public static let device = choice(
    "device", \.compute.device, reference: "DEVICE",
    "Device that runs the model; auto picks an NPU, else a GPU, else the processor; gpu.1 is the second GPU.")

  public static let fallback = choice(
    "fallback", \.compute.fallback,
    "Behavior if the device fails: cpu switches to the processor, none returns an error; auto is like cpu, but a device named by --device must work at start."
  )

  public static let decoderDevice = choice(
    "decoder-device", \.compute.decoderDevice,
    "Device that runs the decoder, the prediction and joint networks.")

  public static let precision = choice(
    "precision", \.compute.precision,
    "Arithmetic of the networks; auto picks the fastest for the model and the device.")

  public static let buckets = lengths(
    "buckets", \.compute.buckets, reference: "ENCODER_BUCKETS",
    usual:
      "\(ComputeSettings.usualBuckets(on: .npu).list) on NPU, \(ComputeSettings.usualBuckets(on: .gpu).list) on GPU",
    "Lengths of audio for which an encoder is compiled at start, in seconds, such as 5,20.")

  public static let lazyBuckets = lengths(
    "lazy-buckets", \.compute.lazyBuckets, reference: "ENCODER_LAZY_BUCKETS",
    usual: "\(ComputeSettings.usualLazyBuckets.list) on NPU and GPU",
    "Lengths of audio for which an encoder is compiled on first use, in seconds; none if only --buckets is given."
  )

  public static let memoryBudget = bytes(
    "memory-budget", \.compute.encoderCacheLimits.bytes,
    "Maximum memory of the loaded encoders, such as 3GB; those compiled on first use are unloaded to keep to it."
  )

  public static let maxResidentBuckets = wholeNumber(
    "max-resident-buckets", \.compute.encoderCacheLimits.count, in: 1...64, value: "count",
    "Maximum number of loaded encoders; those compiled on first use are unloaded to keep to it.")

  public static let deviceProperty = properties(
    "device-property", \.compute.properties,
    "OpenVINO property for the encoder; overrides Lorikeet's own value.")

  public static let inferenceSeconds = wholeNumber(
    "inference-seconds", \.compute.inferenceSeconds, in: 1...600,
    "Timeout for one encoder run on NPU or GPU, in seconds; after it the device is marked lost.")

  public static let windowSeconds = wholeNumber(
    "window-seconds", \.compute.windowSeconds, in: 5...60,
    "Maximum length of audio recognized in one piece, in seconds; longer utterances are cut at pauses.")

  public static let vad = choice(
    "vad", \.listening.gate,
    "Voice activity detection: off disables it, gate answers audio without speech with an empty transcript, trim also cuts off silence at both ends."
  )

  public static let vadMargin = number(
    "vad-margin", \.listening.activity.margin, in: VoiceActivitySettings.accepted.margin, value: "decibels",
    "Minimum level of speech above the noise floor, in decibels.")

  public static let vadOnsetSeconds = number(
    "vad-onset-seconds", \.listening.activity.onset, in: VoiceActivitySettings.accepted.onset,
    "Minimum duration of sound that counts as speech, in seconds.")

  public static let vadHangOverSeconds = number(
    "vad-hang-over-seconds", \.listening.activity.hangOver, in: VoiceActivitySettings.accepted.hangOver,
    "Maximum pause within a segment of speech, in seconds.")

  public static let vadLeadingSeconds = number(
    "vad-leading-seconds", \.listening.activity.leadingPad, in: VoiceActivitySettings.accepted.leadingPad,
    "Audio that trim keeps before the first speech, in seconds.")

  public static let vadTrailingSeconds = number(
    "vad-trailing-seconds", \.listening.activity.trailingPad, in: VoiceActivitySettings.accepted.trailingPad,
    "Audio that trim keeps after the last speech, in seconds; recognition starts after it, before the utterance ends."
  )

  public static let maxGain = number(
    "max-gain", \.listening.maximumGain, in: 0...60, value: "decibels",
    "Maximum amplification of quiet speech, in decibels; 0 turns it off.")

  public static let maxSpeculations = wholeNumber(
    "max-speculations", \.listening.attempts, in: 0...100, value: "count",
    "Maximum number of times that an utterance is recognized before it has ended; 0 turns this off.")

  public static let endpointing = offOrOn(
    "endpointing", \.endpointing,
    "Hear that the speaker has finished, and answer at once, instead of waiting until the client ends the utterance."
  )

  public static let endpointCompleteSeconds = number(
    "endpoint-complete-seconds", \.endpointTimes.complete, in: EndpointTimes.accepted.complete,
    "Silence after a complete sentence that ends an utterance, in seconds.")

  public static let endpointUndecidedSeconds = number(
    "endpoint-undecided-seconds", \.endpointTimes.undecided, in: EndpointTimes.accepted.undecided,
    "Silence that ends an utterance if its text does not tell whether more follows, in seconds.")

  public static let endpointOpenSeconds = number(
    "endpoint-open-seconds", \.endpointTimes.open, in: EndpointTimes.accepted.open,
    "Silence after an unfinished sentence, such as 'turn on the', that ends an utterance, in seconds.")

  public static let endpointNoSpeechSeconds = wholeNumber(
    "endpoint-no-speech-seconds", \.endpointTimes.noSpeech, in: EndpointTimes.accepted.noSpeech,
    "Audio without speech that is answered with an empty transcript, in seconds.")

  public static let endpointLongestSeconds = wholeNumber(
    "endpoint-longest-seconds", \.endpointTimes.longest, in: EndpointTimes.accepted.longest,
    "Length at which an utterance ends even if speech goes on, in seconds.")

  public static let language = languageTag(
    "language", \.language, reference: "LANGUAGE",
    "Spoken language, as a tag such as 'en'; restricts the letters of the transcript to its scripts."
  )

  public static let forceScript = onOff(
    "force-script", \.listening.forcesScript,
    "Emit only letters of the scripts that the requested language is written in.")

  public static let names = optionalText(
    "names", \.names, value: "file", accepted: "the path of a file",
    "File with names that speakers say, one per line; read again when it changes.")

  public static let homeAssistant = optionalText(
    "home-assistant", \.homeAssistant, value: "url",
    accepted: "an address like http://homeassistant.local:8123",
    "Address of Home Assistant, such as http://homeassistant.local:8123; the names of its exposed entities, areas and floors are preferred."
  )

  public static let homeAssistantTokenFile = optionalText(
    "home-assistant-token-file", \.homeAssistantTokenFile, value: "file", accepted: "the path of a file",
    "File with a long-lived access token for Home Assistant; without it, LORIKEET_HOME_ASSISTANT_TOKEN has the token."
  )

  public static let namesRescue = onOff(
    "names-rescue", \.listening.rescuesNames,
    "Compare words that are uncertain with the names once more, by sound and by the model's scores.")

  public static let text = choice(
    "text", \.wording.form, value: "form",
    "Form of the text: raw joins the model's pieces, clean removes spaces before punctuation, sentence also begins with a capital and ends with a full stop, command begins in lower case and drops the full stop."
  )

  public static let numbers = choice(
    "numbers", \.wording.numbers,
    "Form of numbers, if the language is known: digits wherever they are said, auto where Home Assistant expects a value."
  )

  public static let dataDir = text(
    "data-dir", \.dataDir, reference: "DATA_DIR", value: "directory", accepted: "a directory",
    "Directory for downloaded, prepared and compiled models.")

  public static let cache = onOff("cache", \.cache, "Keep prepared and compiled models for the next start.")

  public static let keepOriginals = onOff(
    "keep-originals", \.keepsOriginals,
    "Keep the downloaded files after the model has been prepared.")

  public static let offline = onOff("offline", \.offline, "Never use the network to fetch a model.")

  public static let logLevel = choice(
    "log-level", \.logLevel, "Minimum level of log messages, which go to standard error.")

  public static let logFormat = choice("log-format", \.logFormat, "Format of log messages.")

  public static let logTranscripts = onOff(
    "log-transcripts", \.logTranscripts, "Include transcripts in the log.")

  public static let drainSeconds = wholeNumber(
    "drain-seconds", \.drainSeconds, in: 0...3600,
    "Time for running utterances to finish after a shutdown signal, in seconds.")

  public static let maxConnections = wholeNumber(
    "max-connections", \.limits.connections, in: 1...10_000, value: "count",
    "Maximum number of connected clients per address.")

  public static let maxUtteranceSeconds = wholeNumber(
    "max-utterance-seconds", \.limits.utteranceSeconds, in: 1...86_400,
    "Maximum length of an utterance, in seconds; a longer one is answered at that point.")

  public static let maxHeaderBytes = wholeNumber(
    "max-header-bytes", \.limits.headerBytes, in: 1024...16_777_216,
    "Maximum length of an event's header line, in bytes.")

  public static let maxDataBytes = wholeNumber(
    "max-data-bytes", \.limits.dataBytes, in: 1024...268_435_456,
    "Maximum length of an event's data, in bytes.")

  public static let maxPayloadBytes = wholeNumber(
    "max-payload-bytes", \.limits.payloadBytes, in: 1024...1_073_741_824,
    default: "384000 for each second of --max-utterance-seconds",
    "Maximum length of an event's payload, in bytes.")

  public static let stallSeconds = wholeNumber(
    "stall-seconds", \.limits.stallSeconds, in: 1...3600,
    "Timeout between two parts of an event, or two events of an utterance, in seconds.")

  public static let idleSeconds = wholeNumber(
    "idle-seconds", \.limits.idleSeconds, in: 1...86_400,
    "Timeout for a client between utterances, in seconds.")

  public static let deadlineSeconds = wholeNumber(
    "deadline-seconds", \.limits.deadlineSeconds, in: 1...3600,
    "Timeout from the end of an utterance to its transcript, in seconds.")
}
