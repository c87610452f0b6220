import { ConsoleLogger } from '@nestjs/common';
import { currentRequest } from '../requests/request-record.js';

/** Contexts of Nest that log every module or route at start. */
const CHATTY_CONTEXTS: ReadonlySet<unknown> = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

/**
 * Nest's console logger without the list of modules and routes. In production it writes JSON lines,
 * with a `request_id` if a request caused the line.
 */
export class ServerLogger extends ConsoleLogger {
  constructor(isProduction: boolean) {
    super({
      json: isProduction,
      flattenParams: true,
      colors: !isProduction && process.stdout.isTTY,
      logLevels: ['log', 'warn', 'error', 'fatal'],
    });
  }

  /** The last parameter is the context, as Nest passes it. */
  override log(message: unknown, ...rest: unknown[]): void {
    if (!CHATTY_CONTEXTS.has(rest.at(-1))) super.log(message, ...rest);
  }

  /** Nest also throws the error of a failed start, and the catcher reports it. */
  override error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) !== 'ExceptionHandler') super.error(message, ...rest);
  }

  protected override getJsonLogObject(...line: Parameters<ConsoleLogger['getJsonLogObject']>) {
    const request = currentRequest();
    const members = super.getJsonLogObject(...line);
    return request === undefined ? members : { ...members, request_id: request.id };
  }
}
