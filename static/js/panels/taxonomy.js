/** Names of classes and functions. Pure. */

/** The class of an id with its function, or null. */
export function findClass(boot, classId) {
  for (const group of boot?.taxonomy.functions ?? []) {
    const found = group.classes.find((one) => one.id === classId);
    if (found) return { ...found, name: capital(found.name), function: { ...group, name: capital(group.name) } };
  }
  return null;
}

/** Name of a class; an id that is not in the table is shown in words. */
export function className(boot, classId) {
  return findClass(boot, classId)?.name ?? idInWords(classId);
}

/** Name of a function. */
export function functionName(boot, functionId) {
  const group = boot?.taxonomy.functions.find((one) => one.id === functionId);
  return group ? capital(group.name) : idInWords(functionId);
}

/** Name of a reason for rejecting. */
export function reasonName(boot, reason) {
  return boot?.reject_reasons.find((one) => one.id === reason)?.name ?? idInWords(reason);
}

/** "car_repair" -> "Car repair". */
function idInWords(id) {
  return capital(String(id ?? "").replaceAll("_", " "));
}

/** "car repair" -> "Car repair"; the rest of the words is left as it is. */
export function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
