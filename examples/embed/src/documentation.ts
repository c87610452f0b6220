import { type INestApplication } from '@nestjs/common';
import { ApiProperty, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { BEARER_SCHEME, completeMfaDocument, HandlerRegistry, mfaModels } from 'nestjs-mfa';

/** The body that `SessionIssuer` makes. */
class IssuedSession {
  @ApiProperty({ description: 'For the header Authorization, after "Bearer ".' })
  readonly token!: string;
}

/** Serves Swagger UI below /docs; the forms of all factors are in it. */
export function serveDocumentation(app: INestApplication): void {
  const registry = app.get(HandlerRegistry);
  const outline = new DocumentBuilder()
    .setTitle('Embed')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, BEARER_SCHEME)
    .build();
  const extraModels = mfaModels(registry, IssuedSession);
  const document = SwaggerModule.createDocument(app, outline, { extraModels });
  completeMfaDocument(document, registry, IssuedSession);
  SwaggerModule.setup('docs', app, document);
}
