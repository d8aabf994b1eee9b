import type { Statement, VariableDeclarator } from '@swc/core';
import { Visitor } from '@swc/core/Visitor.js';

interface UsingDeclaration {
  type: 'UsingDeclaration';
  decls: VariableDeclarator[];
}

/** The visitor that the layer tool builds on gives up on a file with a `using` declaration, which it does not know. */
export function teachVisitorUsing(): void {
  const visitKnown = Visitor.prototype.visitStatement;
  Visitor.prototype.visitStatement = function visitAlsoUsing(statement: Statement | UsingDeclaration): Statement {
    if (statement.type !== 'UsingDeclaration') return visitKnown.call(this, statement);
    this.visitVariableDeclarators(statement.decls);
    return statement as unknown as Statement;
  };
}
