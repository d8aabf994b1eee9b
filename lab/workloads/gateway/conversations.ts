/** Prompts as they come to a gateway: some conversations, each with its own beginning, that come again and again. */
export function createConversations(count: number): () => string {
  let turn = 0;
  return () => {
    const conversation = turn++ % count;
    return `${`Conversation ${conversation} begins like this every time. `.repeat(4)}Turn ${turn % 3}: go on.`;
  };
}
