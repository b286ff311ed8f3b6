import { existsSync } from 'node:fs';

/** A software Vulkan adapter that comes with Chromium on Debian; Dawn refuses Mesa's lavapipe before version 23. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Names a software adapter to the Vulkan loader where no driver is named; call it before onnxruntime makes its first session. */
export function nameSoftwareAdapter(): void {
  if (
    process.env.VK_ICD_FILENAMES === undefined &&
    process.env.VK_DRIVER_FILES === undefined &&
    existsSync(SWIFTSHADER)
  )
    process.env.VK_ICD_FILENAMES = SWIFTSHADER;
}
