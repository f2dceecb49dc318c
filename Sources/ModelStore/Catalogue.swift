internal import Storage

extension HubRepository {
  /// The models that have a short name. For the first two, sizes and SHA-256 are those that the hub lists for these
  /// commits; the files of the others are learnt from the hub at the first pull, and recorded.
  public static let catalogue = [v3, v2, ultra, small, large]

  /// Moondream's post-training of v3, exported by Olicorne. The commit, and the hashes of these files, are those that
  /// other programs pin; the texts are those of v3.
  static let ultra = HubRepository(
    name: "parakeet-ultra", repository: "Olicorne/parakeet-tdt-0.6b-v3-ultra-onnx",
    revision: "dd203225f41c8a7d0323967afa1869cea0907436",
    files: [
      "config.json": file(97, "666903c76b9798caf2c210afd4f6cd60b08a8dbf9800ec8d7a3bc0d2148ac466"),
      "vocab.txt": file(93_939, "d58544679ea4bc6ac563d1f545eb7d474bd6cfa467f0a6e2c1dc1c7d37e3c35d"),
      "int8/decoder_joint-model.int8.onnx": file(
        18_203_490, "f7e2db395a3b738cb2893cfb853d25863cebcc5282583a2e86b5762559e0bd32"),
    ])

  static let small = HubRepository(
    name: "parakeet-tdt_ctc-110m", repository: "OpenVoiceOS/nvidia-parakeet-tdt_ctc-110m-onnx", revision: nil)

  static let large = HubRepository(
    name: "parakeet-tdt-1.1b", repository: "OpenVoiceOS/nvidia-parakeet-tdt-1.1b-onnx", revision: nil)

  static let v3 = HubRepository(
    name: "parakeet-tdt-0.6b-v3", repository: "istupakov/parakeet-tdt-0.6b-v3-onnx",
    revision: "8f23f0c03c8761650bdb5b40aaf3e40d2c15f1ce",
    files: [
      "config.json": file(97, "666903c76b9798caf2c210afd4f6cd60b08a8dbf9800ec8d7a3bc0d2148ac466"),
      "vocab.txt": file(93_939, "d58544679ea4bc6ac563d1f545eb7d474bd6cfa467f0a6e2c1dc1c7d37e3c35d"),
      "encoder-model.onnx": file(
        41_770_866, "98a74b21b4cc0017c1e7030319a4a96f4a9506e50f0708f3a516d02a77c96bb1"),
      "encoder-model.onnx.data": file(
        2_435_420_160, "9a22d372c51455c34f13405da2520baefb7125bd16981397561423ed32d24f36"),
      "decoder_joint-model.onnx": file(
        72_520_893, "e978ddf6688527182c10fde2eb4b83068421648985ef23f7a86be732be8706c1"),
      "encoder-model.int8.onnx": file(
        652_183_999, "6139d2fa7e1b086097b277c7149725edbab89cc7c7ae64b23c741be4055aff09"),
      "decoder_joint-model.int8.onnx": file(
        18_202_004, "eea7483ee3d1a30375daedc8ed83e3960c91b098812127a0d99d1c8977667a70"),
    ])

  static let v2 = HubRepository(
    name: "parakeet-tdt-0.6b-v2", repository: "istupakov/parakeet-tdt-0.6b-v2-onnx",
    revision: "0bbb45a3365852604aef28b538a8f066f4ccaa85",
    files: [
      "config.json": file(97, "666903c76b9798caf2c210afd4f6cd60b08a8dbf9800ec8d7a3bc0d2148ac466"),
      "vocab.txt": file(9_384, "ec182b70dd42113aff6c5372c75cac58c952443eb22322f57bbd7f53977d497d"),
      "encoder-model.onnx": file(
        41_770_866, "3987bcd28175d829d12888a996a84e8f62a0e374d9ffd640662c1515adc679d3"),
      "encoder-model.onnx.data": file(
        2_435_420_160, "4dab7362d4874d85965045b1e41b2d61dd2cc0fb25671a7f6b3dc47bf120cc41"),
      "decoder_joint-model.onnx": file(
        35_792_059, "cbb52a07bd70ab5b67f8439d4b3cd8704b18467b4430bcacb5adabe154b8d191"),
      "encoder-model.int8.onnx": file(
        652_184_014, "3e0581fda6ab843888b51e56d7ee78b6d5bc3237ec113af1f732d1d5286aa155"),
      "decoder_joint-model.int8.onnx": file(
        8_998_286, "a449f49acd68979d418651dd2dcb737cc0f1bf0225e009e29ee326354edbf7d3"),
    ])

  private static func file(_ size: Int, _ sha256: String) -> FileIdentity {
    FileIdentity(size: size, digest: .sha256(sha256))
  }
}
