import AVFoundation

/// Gives the labels of every frame that the phone keeps up with.
public final class CameraTagger: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate {
  private let tagger: Tagger
  private let show: ([Tag]) -> Void
  private let queue = DispatchQueue(label: "tagger.camera")

  /// `show` is called on a queue of its own.
  public init(tagger: Tagger, show: @escaping ([Tag]) -> Void) {
    self.tagger = tagger
    self.show = show
  }

  /// Adds an output for frames to a session that has its camera.
  public func attach(to session: AVCaptureSession) {
    // Otherwise newer iPhones give Display P3.
    session.automaticallyConfiguresCaptureDeviceForWideColor = false
    let output = AVCaptureVideoDataOutput()
    output.videoSettings = [kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_32BGRA]
    output.alwaysDiscardsLateVideoFrames = true
    output.setSampleBufferDelegate(self, queue: queue)
    if session.canAddOutput(output) { session.addOutput(output) }
  }

  public func captureOutput(
    _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection
  ) {
    guard let frame = CMSampleBufferGetImageBuffer(sampleBuffer) else { return }
    // The back camera of a phone that is held upright. Follow the device's orientation if your app turns.
    if let tags = try? tagger.tags(frame, orientation: .right) { show(tags) }
  }
}
