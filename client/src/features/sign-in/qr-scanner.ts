import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { QrScanner } from './scan';

/** Camera and bundled QR reader; images never leave the device. */
export const qrScanner: QrScanner = {
  async isGranted() {
    const { state } = await navigator.permissions.query({ name: 'camera' as PermissionName });
    return state === 'granted';
  },

  open() {
    if (!navigator.mediaDevices) throw new DOMException('No camera available.', 'NotFoundError');
    return navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  },

  async reader() {
    const { BarcodeDetector, prepareZXingModule } = await import('barcode-detector/ponyfill');
    prepareZXingModule({
      overrides: { locateFile: (path: string, prefix: string) => (path.endsWith('.wasm') ? wasmUrl : prefix + path) },
    });
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    return async (picture) => {
      if (picture.readyState < picture.HAVE_CURRENT_DATA) return [];
      return (await detector.detect(picture)).map((each) => each.rawValue);
    };
  },
};
