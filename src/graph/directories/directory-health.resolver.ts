import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { GraphContext } from '../context.ts';
import { DirectoryType } from './directory.type.ts';
import { healthOfDirectories } from './directory-health.loader.ts';
import { DirectoryHealthType } from './directory-health.type.ts';

@Resolver(() => DirectoryType)
export class DirectoryHealthResolver {
  @FieldResolver(() => DirectoryHealthType, {
    description: 'How its provisioning goes. Needs `rollcall:directories`.',
  })
  health(@Root() directory: DirectoryType, @Ctx() { load }: GraphContext) {
    return load(healthOfDirectories, directory.id);
  }
}
