/** A page of a neighbour's list; its links show whether there are more. */
interface NeighbourPage<T> {
  readonly items: readonly T[];
  readonly links?: readonly { readonly rel?: string }[] | undefined;
}

/** All items of a list that the neighbour may cut into pages. `ask` gets the query of the next one. */
export async function allPages<T extends { readonly id: string }>(
  ask: (marker: { readonly marker?: string }) => Promise<NeighbourPage<T>>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let marker: string | undefined; ;) {
    const { items, links } = await ask(marker === undefined ? {} : { marker });
    found.push(...items);
    const last = items.at(-1);
    if (!last || !links?.some(({ rel }) => rel === 'next')) return found;
    marker = last.id;
  }
}
