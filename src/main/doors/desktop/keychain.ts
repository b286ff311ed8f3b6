import { safeStorage } from 'electron';
import type { Keychain } from '../../studio/state/settings.ts';

/**
 * The system's keychain, or null if there is none. Linux without a keyring would only obfuscate secrets ('basic_text').
 */
export function systemKeychain(): Keychain | null {
  if (!safeStorage.isEncryptionAvailable()) return null;
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return null;
  return {
    seal: (secret) => safeStorage.encryptString(secret).toString('base64'),
    open: (sealed) => {
      try {
        return safeStorage.decryptString(Buffer.from(sealed, 'base64'));
      } catch {
        return null;
      }
    },
  };
}
