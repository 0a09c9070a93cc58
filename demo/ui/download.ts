/** Hand the model file to the person. */
export function download(model: object, name: string): void {
  const json = new Blob([`${JSON.stringify(model, undefined, 2)}\n`], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(json);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}
