import { existsSync } from 'node:fs';

/** The software Vulkan adapter of Debian's Chromium, because Dawn refuses Mesa's lavapipe before version 23. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Gives the Vulkan loader a software adapter unless a driver is set. Must be called before onnxruntime's first session.
 */
export function nameSoftwareAdapter(): void {
  if (
    process.env.VK_ICD_FILENAMES === undefined &&
    process.env.VK_DRIVER_FILES === undefined &&
    existsSync(SWIFTSHADER)
  )
    process.env.VK_ICD_FILENAMES = SWIFTSHADER;
}
