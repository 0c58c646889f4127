namespace DeviceAgent.Diagnostics;

/// <summary>
/// The limit of the address space (RLIMIT_AS, <c>ulimit -v</c>). The runtime reserves far more of it than it uses memory; where it cannot, the process ends
/// with "out of memory" at any moment, however much is free. What bounds memory is a control group (MemoryMax=).
/// </summary>
internal static class AddressSpace
{
    /// <summary>Starts and floods went well with 1.5 GB, not with 1.</summary>
    public const long Least = 2L * 1024 * 1024 * 1024;

    /// <summary>What is wrong with the limit of this process, and what to do; null when nothing is.</summary>
    public static string? FindProblem() => ResourceLimit.Of(ResourceLimit.AddressSpace) is { } limit ? FindProblem(limit.Soft) : null;

    /// <param name="bytes">The limit.</param>
    public static string? FindProblem(ulong bytes) => bytes >= Least
        ? null
        : $"the address space is limited to {bytes / (1024 * 1024)} MB (ulimit -v, LimitAS=), which ends the agent for lack of memory at some moment: the runtime reserves up to {Least / (1024 * 1024)} MB of it, "
            + "used or not. Take the limit away, and bound the memory itself by MemoryMax= in the unit";
}
