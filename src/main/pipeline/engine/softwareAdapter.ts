/**
 * Adapters that compute on the CPU and are slower there than the CPU engine: Google's SwiftShader, Mesa's llvmpipe
 * (its Vulkan driver is lavapipe), and Microsoft's WARP, which Direct3D and the device manager call by other names.
 */
const NAMES = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic (render|display)|\bwarp\b/i;

export const isSoftwareAdapter = (name: string): boolean => NAMES.test(name);

/** The adapter of a Vulkan driver's manifest, if it is a software adapter; 'lvp' is Mesa's lavapipe. */
export function softwareAdapterOf(manifest: string): string | null {
  const name = manifest.slice(manifest.lastIndexOf('/') + 1);
  if (name.startsWith('lvp')) return 'llvmpipe';
  return /swiftshader/i.test(name) ? 'SwiftShader' : null;
}
