import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type MethodSnapshot } from '../../core/ports/stores.js';
import { methodSnapshots } from '../guards/fresh-proof.guard.js';

/** Parameter: the methods of whoever is signed in, as {@link FreshProofGuard} has read them. */
export const MethodsRead = createParamDecorator(
  (_: unknown, context: ExecutionContext): MethodSnapshot =>
    methodSnapshots.of(context.switchToHttp().getRequest<object>()),
);
