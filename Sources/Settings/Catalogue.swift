extension Setting {
  /// All settings, in the order in which they are shown.
  public static let all: [Setting] = [
    uri, zeroconf, zeroconfInterface, model, device, fallback, decoderDevice, precision, buckets, lazyBuckets,
    memoryBudget, maxResidentBuckets, deviceProperty, inferenceSeconds, windowSeconds, vad, vadMargin,
    vadOnsetSeconds, vadHangOverSeconds,
    vadLeadingSeconds, vadTrailingSeconds, maxGain,
    maxSpeculations, language, forceScript, text, numbers, dataDir, cache, keepOriginals, offline,
    logLevel, logFormat,
    logTranscripts,
    drainSeconds, maxConnections, maxUtteranceSeconds, maxHeaderBytes, maxDataBytes, maxPayloadBytes,
    stallSeconds,
    idleSeconds, deadlineSeconds,
  ]

  public static let uri = list(
    "uri", \.uris, reference: "WYOMING_URI", accepted: "addresses like tcp://0.0.0.0:10300",
    "Where to listen, tcp://HOST:PORT; port 0 is any free port.")

  public static let zeroconf = serviceName(
    "zeroconf", \.zeroconf,
    "Whether Home Assistant finds the server by itself (multicast DNS), and by what name: yes is 'Lorikeet on HOST'."
  )

  public static let zeroconfInterface = list(
    "zeroconf-interface", \.zeroconfInterfaces, reference: nil, accepted: "network interfaces like eth0",
    "A network interface on which it is found; without this all that lead to other machines.")

  public static let model = text(
    "model", \.model, accepted: "'builtin', a model of the hub, or a directory",
    "The model: 'builtin', one of the hub such as 'parakeet-tdt-0.6b-v3', or a directory with the public export's files."
  )

  public static let device = choice(
    "device", \.device, of: ServerSettings.devices, reference: "DEVICE", "The device that runs the model.")

  public static let fallback = choice(
    "fallback", \.fallback, of: ServerSettings.fallbacks,
    "What stands in for a device that fails: auto is the processor, but not at start for a device named by --device."
  )

  public static let decoderDevice = choice(
    "decoder-device", \.decoderDevice, of: ServerSettings.devices,
    "The device that runs prediction and joint network.")

  public static let buckets = seconds(
    "buckets", \.buckets, reference: "ENCODER_BUCKETS",
    "Seconds of the encoders of static shape that are loaded at start, like 5,20; NPU and GPU have such ones anyway."
  )

  public static let lazyBuckets = seconds(
    "lazy-buckets", \.lazyBuckets, reference: "ENCODER_LAZY_BUCKETS",
    "Seconds of those that are loaded when they are needed.")

  public static let memoryBudget = bytes(
    "memory-budget", \.memoryBudget, "Memory that loaded encoders may take; lazy ones go when it is short.")

  public static let maxResidentBuckets = number(
    "max-resident-buckets", \.maxResidentBuckets, in: 1...64,
    "How many encoders of static shape may stay loaded; lazy ones go when there are more.")

  public static let deviceProperty = pairs(
    "device-property", \.deviceProperties, "A property of OpenVINO for the encoder, over what Lorikeet sets.")

  public static let inferenceSeconds = number(
    "inference-seconds", \.inferenceSeconds, in: 1...600,
    "Seconds that a run of the encoder may take on NPU or GPU; then the device counts as lost.")

  public static let windowSeconds = number(
    "window-seconds", \.windowSeconds, in: 5...60,
    "Seconds of audio that are recognized in one piece; longer utterances are cut where nobody speaks.")

  public static let vad = choice(
    "vad", \.vad, of: ServerSettings.vads,
    "Voice activity: gate answers audio without speech at once with nothing; trim leaves silence at both ends out, too."
  )

  public static let vadMargin = decimal(
    "vad-margin", \.voice.margin, in: 3...20, "Decibels above the noise from which sound may be speech.")

  public static let vadOnsetSeconds = decimal(
    "vad-onset-seconds", \.voice.onsetSeconds, in: 0.03...0.5, "Seconds of sound that are no click.")

  public static let vadHangOverSeconds = decimal(
    "vad-hang-over-seconds", \.voice.hangOverSeconds, in: 0.1...2, "Seconds of quiet that belong to speech.")

  public static let vadLeadingSeconds = decimal(
    "vad-leading-seconds", \.voice.leadingSeconds, in: 0.1...5,
    "Seconds that trim keeps before the first speech.")

  public static let vadTrailingSeconds = decimal(
    "vad-trailing-seconds", \.voice.trailingSeconds, in: 0.1...5,
    "Seconds that trim keeps after the last speech; then recognition begins, before the utterance has ended.")

  public static let maxGain = decimal(
    "max-gain", \.maxGain, in: 0...60, "Decibels by which quiet speech may be amplified; 0 for not at all.")

  public static let maxSpeculations = number(
    "max-speculations", \.maxSpeculations, in: 0...100,
    "How often an utterance may be recognized before it has ended; 0 for never.")

  public static let precision = choice(
    "precision", \.precision, of: ServerSettings.precisions,
    "The arithmetic; auto is the fastest that the device has.")

  public static let language = languageTag(
    "language", \.language, reference: "LANGUAGE",
    "The language that is spoken, as a tag such as 'en'. No letters of scripts that it is not written in are emitted."
  )

  public static let forceScript = onOff(
    "force-script", \.forcesScript, isSwitch: false,
    "Whether letters of scripts that the language is not written in are never emitted, where a language is asked for."
  )

  public static let text = choice(
    "text", \.text, of: ServerSettings.texts,
    "How text is written: raw is the model's pieces, command has the first word in lower case and no full stop at the end."
  )

  public static let numbers = choice(
    "numbers", \.numbers, of: ServerSettings.numberForms,
    "How numbers are written; digits is for English and Spanish, where the language is known.")

  public static let dataDir = text(
    "data-dir", \.dataDir, reference: "DATA_DIR", accepted: "a directory",
    "Where fetched, prepared and compiled models are kept.")

  public static let cache = onOff(
    "cache", \.cache, "Whether prepared and compiled models are kept for the next start.")

  public static let keepOriginals = onOff(
    "keep-originals", \.keepsOriginals, isSwitch: false,
    "Whether fetched files stay when the model has been prepared and needs them no more.")

  public static let offline = onOff("offline", \.offline, "Whether nothing may be fetched from the network.")

  public static let logLevel = choice(
    "log-level", \.logLevel, of: ServerSettings.logLevels, "How much is logged, on standard error.")

  public static let logFormat = choice("log-format", \.logFormat, "How the log is written.")

  public static let logTranscripts = onOff(
    "log-transcripts", \.logTranscripts, "Whether the log tells what was said.")

  public static let drainSeconds = number(
    "drain-seconds", \.drainSeconds, in: 0...3600, "Seconds that running utterances have after a signal.")

  public static let maxConnections = number(
    "max-connections", \.limits.connections, in: 1...10_000, "Clients at a time.")

  public static let maxUtteranceSeconds = number(
    "max-utterance-seconds", \.limits.utteranceSeconds, in: 1...86_400, "Seconds of audio in an utterance.")

  public static let maxHeaderBytes = number(
    "max-header-bytes", \.limits.headerBytes, in: 1024...16_777_216, "Bytes of an event's header line.")

  public static let maxDataBytes = number(
    "max-data-bytes", \.limits.dataBytes, in: 1024...268_435_456, "Bytes of an event's data.")

  public static let maxPayloadBytes = number(
    "max-payload-bytes", \.limits.payloadBytes, in: 1024...1_073_741_824,
    "Bytes of an event's payload; without this 384000 for each second of max-utterance-seconds.")

  public static let stallSeconds = number(
    "stall-seconds", \.limits.stallSeconds, in: 1...3600,
    "Seconds between two pieces of an event or of an utterance that has begun.")

  public static let idleSeconds = number(
    "idle-seconds", \.limits.idleSeconds, in: 1...86_400,
    "Seconds that a client may stay silent between utterances.")

  public static let deadlineSeconds = number(
    "deadline-seconds", \.limits.deadlineSeconds, in: 1...3600,
    "Seconds from the end of an utterance to its transcript.")
}
