import { DomainError } from '../domain/domain-error.ts';
import { CommandError } from './command-error.ts';

/** For `catch`: says in a command's own words that something is not there. Every other error stays what it is. */
export function notFoundAs(message: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof DomainError) || error.code !== 'notFound') throw error;
    throw new CommandError('notFound', message, { cause: error });
  };
}
