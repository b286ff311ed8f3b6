import { expect, test } from 'vitest';
import { smallIntegerModel } from '../../../../tests/parity/tfliteModel.ts';
import { runIntegerReference } from '../quant/integerReference.ts';
import { requireAgreement } from './agreement.ts';
import { createLitert } from '../tflite/litert.ts';
import { writeTflite } from '../tflite/write.ts';

test.each(['uint8', 'int8', 'float32'] as const)(
  'a %s model whose output differs from the integer model by a single code is not exported',
  async (type) => {
    const model = smallIntegerModel(1);
    const litert = await createLitert(
      writeTflite(model, { inputType: type, outputType: type, labels: 'abcdefg'.split(''), name: 'small' }),
    );
    const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 31) % 256);
    const codes = Uint8Array.from(runIntegerReference(model, pixels).get(model.output)!, (code) => code + 128);
    await expect(requireAgreement(litert, { name: 'a.jpg', pixels, codes })).resolves.toBeUndefined();
    codes[3]! ^= 1;
    await expect(requireAgreement(litert, { name: 'a.jpg', pixels, codes })).rejects.toMatchObject({
      code: 'export.litertDiffers',
      params: { image: 'a.jpg', number: 4, found: codes[3]! ^ 1, expected: codes[3] },
    });
    await expect(
      requireAgreement(litert, { name: 'a.jpg', pixels, codes: codes.subarray(0, 6) }),
    ).rejects.toMatchObject({ kind: 'export' });
    litert.dispose();
  },
);
