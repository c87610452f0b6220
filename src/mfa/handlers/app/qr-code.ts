import { type QRCodeToBufferOptions } from 'qrcode';
import { OptionalPackage } from '../../kit/optional-package.js';

/**
 * The rows of a QR code repeat one another, so plain deflate makes a smaller image than a filter
 * for each row. The search for the best filter takes longer than all the rest.
 */
const PNG_OPTIONS = { filterType: 0, deflateStrategy: 0, deflateLevel: 6 };

const QR_OPTIONS: QRCodeToBufferOptions = {
  errorCorrectionLevel: 'M',
  // The quiet zone that scanners rely on, in modules [ISO/IEC 18004 §9.1].
  margin: 4,
  color: { dark: '#000000ff', light: '#ffffffff' },
  rendererOpts: PNG_OPTIONS,
};

/** A text as a QR code, dark on white: a PNG image in a data URI. */
export type DrawQrCode = (text: string) => Promise<string>;

/** The package that draws QR codes. */
export const qrCodePackage = new OptionalPackage('qrcode', async (): Promise<DrawQrCode> => {
  const { toBuffer } = await import('qrcode');
  return async (text) => {
    const image = await toBuffer(text, QR_OPTIONS);
    return `data:image/png;base64,${image.toString('base64')}`;
  };
});
