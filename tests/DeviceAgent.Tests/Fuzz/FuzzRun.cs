using System.Diagnostics;
using System.Globalization;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>
/// Gives spoilt input to one entry of the agent for a while. Set by the environment: FUZZ_SECONDS (of each target, default 5), FUZZ_SEED (default 1),
/// FUZZ_NUMBER for one input alone, and FUZZ_INPUT (base64) for the very bytes that a failure prints: keys in a corpus are made anew each time.
/// </summary>
internal static class FuzzRun
{
    /// <summary>No input takes longer; a slow and busy machine is counted in.</summary>
    private static readonly TimeSpan LongestInput = TimeSpan.FromSeconds(30);

    /// <summary>What one input of 32 KB may allocate, all threads together.</summary>
    private const long MostAllocated = 256L * 1024 * 1024;

    /// <param name="corpus">Mostly valid inputs.</param>
    /// <param name="entry">What the agent does with such an input; throws nothing but what it says it throws, which is caught inside.</param>
    public static async Task OfAsync(IReadOnlyList<byte[]> corpus, Func<byte[], Task> entry)
    {
        // The harness itself is right when the agent takes what is valid.
        foreach (var valid in corpus) await entry(valid);
        var (seconds, seed) = (Number("FUZZ_SECONDS", 5), Number("FUZZ_SEED", 1));
        var mutator = new Mutator(corpus, seed);
        if (Environment.GetEnvironmentVariable("FUZZ_INPUT") is { Length: > 0 } input)
        {
            await entry(Convert.FromBase64String(input));
            return;
        }

        if (Environment.GetEnvironmentVariable("FUZZ_NUMBER") is { Length: > 0 } single)
        {
            await entry(mutator.Next(int.Parse(single, CultureInfo.InvariantCulture)));
            return;
        }

        var time = Stopwatch.StartNew();
        for (var number = 0; time.Elapsed.TotalSeconds < seconds; number++) await OneAsync(mutator.Next(number), entry, $"FUZZ_SEED={seed} FUZZ_NUMBER={number}");
    }

    private static async Task OneAsync(byte[] input, Func<byte[], Task> entry, string which)
    {
        var before = GC.GetTotalAllocatedBytes();
        try
        {
            await Task.Run(() => entry(input)).WaitAsync(LongestInput);
        }
        catch (Exception e)
        {
            Assert.Fail($"{which}, {input.Length} bytes: {(e is TimeoutException ? "it hangs" : e)}\nFUZZ_INPUT={Convert.ToBase64String(input)}");
        }

        var allocated = GC.GetTotalAllocatedBytes() - before;
        Assert.True(allocated < MostAllocated, $"{which}: {allocated} bytes were allocated for {input.Length}\n{Convert.ToBase64String(input)}");
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
