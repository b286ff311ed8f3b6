import { conforms } from './conformance.ts';
import { startNativeTensorFlow } from './nativeTensorFlow.ts';

await conforms({ name: 'tfjs', start: startNativeTensorFlow });
