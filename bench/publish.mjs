export async function publishRun() {}
