import { type INestApplication } from '@nestjs/common';
import { ApiProperty, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { BEARER_SCHEME, completeMfaDocument, HandlerRegistry, mfaModels } from 'nestjs-mfa';
import { SESSION_COOKIE } from './accounts/sessions.js';

/** The body that `SessionIssuer` makes; the session itself is in the cookie. */
class IssuedSession {
  @ApiProperty({ example: true })
  readonly signed_in!: boolean;
}

/** Serves Swagger UI below /docs; the forms of all factors are in it. */
export function serveDocumentation(app: INestApplication): void {
  const registry = app.get(HandlerRegistry);
  const outline = new DocumentBuilder()
    .setTitle('Embed')
    // Under the name that the library's routes give to what they ask for.
    .addCookieAuth(SESSION_COOKIE, { type: 'apiKey', in: 'cookie' }, BEARER_SCHEME)
    .build();
  const extraModels = mfaModels(registry, IssuedSession);
  const document = SwaggerModule.createDocument(app, outline, { extraModels });
  completeMfaDocument(document, registry, IssuedSession);
  SwaggerModule.setup('docs', app, document);
}
