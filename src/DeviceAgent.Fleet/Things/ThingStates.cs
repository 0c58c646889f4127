using DeviceAgent.Fleet.Aws;

namespace DeviceAgent.Fleet.Things;

/// <summary>Work on many things, so many at once as AWS is asked in parallel.</summary>
internal static class EachThing
{
    /// <summary>In the order of the things.</summary>
    public static async Task<IReadOnlyList<T>> AskAsync<T>(IReadOnlyList<string> things, Func<string, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        var answers = new T[things.Count];
        await Parallel.ForAsync(0, things.Count, new ParallelOptions { MaxDegreeOfParallelism = AwsClient.Concurrency, CancellationToken = cancellationToken }, async (index, token) =>
            answers[index] = await ask(things[index], token).ConfigureAwait(false)).ConfigureAwait(false);
        return answers;
    }
}

/// <summary>Reads how things are.</summary>
internal sealed class ThingStates(DeviceShadows shadows)
{
    public Task<IReadOnlyList<ThingState>> ReadAsync(IReadOnlyList<string> things, CancellationToken cancellationToken) =>
        EachThing.AskAsync(things, async (thing, token) => ThingState.Of(thing, await shadows.GetAsync(thing, token).ConfigureAwait(false)), cancellationToken);
}
