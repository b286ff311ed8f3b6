import AVFoundation

// @facts@

/// The labels of a photo. Open the tagger once and keep it if there are many. Do not call it on the main thread.
public func labels(ofPhotoAt url: URL) throws -> [Tag] {
  let tagger = try Tagger()
  return try tagger.tags(photoAt: url)  // @example@
}

/// The labels of the camera's frames. Keep the returned object.
public func watch(_ session: AVCaptureSession, show: @escaping ([Tag]) -> Void) throws -> CameraTagger {
  let camera = CameraTagger(tagger: try Tagger(), show: show)
  camera.attach(to: session)
  return camera
}
