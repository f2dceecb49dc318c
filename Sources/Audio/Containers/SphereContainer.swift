extension Container {
  /// Parses NIST SPHERE, a format of speech corpora: a header of text lines.
  static func sphere(_ bytes: some ByteSource) -> Container? {
    guard bytes.has("NIST_1A\n", at: 0) else { return nil }
    let head = String(decoding: bytes.bytes(at: 0, count: 1_024), as: UTF8.self).split(separator: "\n")
    guard head.count > 1, let start = Int(head[1].drop { $0 == " " }), start > 0 else { return nil }
    var fields: [Substring: Int] = [:]
    for line in head {
      let words = line.split(separator: " ")
      if words.count == 3, words[1] == "-i" { fields[words[0]] = Int(words[2]) }
    }
    let frame = (fields["channel_count"] ?? 1).multipliedReportingOverflow(by: fields["sample_n_bytes"] ?? 2)
    // sox omits the count when it writes to a pipe; a header that was never finished has 0.
    guard let count = fields["sample_count"], count > 0, !frame.overflow else {
      return Container(.unknown, in: bytes)
    }
    let (promised, overflow) = count.multipliedReportingOverflow(by: frame.partialValue)
    guard !overflow else { return Container(.unknown, in: bytes) }
    let perSecond = fields["sample_rate"].map { Double($0) * Double(frame.partialValue) }
    return Container(
      .bytes(promised: promised, found: max(0, bytes.size - start), perSecond: perSecond), in: bytes)
  }
}
