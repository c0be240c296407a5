/** When something was changed: no two versions of it have one time, and none has an earlier one, whichever host wrote it. */
export function laterThan(before: { readonly createdAt: Date; readonly updatedAt: Date | null }, now: Date): Date {
  return new Date(Math.max(now.getTime(), (before.updatedAt ?? before.createdAt).getTime() + 1));
}
