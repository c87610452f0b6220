import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type JsonObject } from '../../contract/handler.js';
import { TrustedDeviceResponse } from '../dto/devices.responses.js';
import { type IssuedResponse } from '../../core/login/issued-response.js';

/** Answers with the headers, the cookies and the body from the host's `TokenIssuer`. */
@Injectable()
export class IssuedResponses {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /**
   * Writes the headers and the cookies to a response.
   *
   * @param response of Express or Fastify, from `@Res({ passthrough: true })`
   * @returns the body, which the route returns: that of the host, and the token of a remembered device
   */
  write({ tokens, headers, device }: IssuedResponse, response: unknown): JsonObject {
    const { httpAdapter: adapter } = this.adapterHost;
    for (const [name, value] of headers) {
      // Only `Set-Cookie` may occur several times, each on its own line [RFC 6265 §3].
      if (name === 'Set-Cookie') adapter.appendHeader(response, name, value);
      else adapter.setHeader(response, name, value);
    }
    return device === undefined
      ? tokens
      : { ...tokens, trusted_device: { ...new TrustedDeviceResponse(device) } };
  }
}
