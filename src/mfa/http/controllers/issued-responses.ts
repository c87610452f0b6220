import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type JsonObject } from '../../contract/handler.js';
import { type IssuedResponse } from '../../core/login/issued-response.js';

/** Answers with what the host's token issuer made: its headers, its cookies, its body. */
@Injectable()
export class IssuedResponses {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /**
   * Writes the headers and the cookies to an answer.
   *
   * @param response of Express or Fastify, as `@Res({ passthrough: true })` gives it
   * @returns the body, for the route to return
   */
  write({ tokens, headers }: IssuedResponse, response: unknown): JsonObject {
    const { httpAdapter: adapter } = this.adapterHost;
    for (const [name, value] of headers) {
      // Only cookies come several times, each on a line of its own [RFC 6265 §3].
      if (name === 'Set-Cookie') adapter.appendHeader(response, name, value);
      else adapter.setHeader(response, name, value);
    }
    return tokens;
  }
}
