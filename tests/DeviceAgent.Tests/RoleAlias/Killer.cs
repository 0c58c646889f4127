using System.Collections.Concurrent;
using DeviceAgent.Storage;

namespace DeviceAgent.Tests.RoleAlias;

/// <summary>Kills the agent when it comes to a step for the n-th time: from there on nothing that it does has an effect.</summary>
/// <param name="at">The step; null: never.</param>
/// <param name="occurrence">1 for the first time.</param>
/// <param name="write">How files are written.</param>
internal sealed class Killer(string? at = null, int occurrence = 1, Action<string, byte[]>? write = null)
{
    private readonly ConcurrentDictionary<string, int> _steps = new();
    private int _dead;

    public bool IsDead => Volatile.Read(ref _dead) == 1;

    /// <summary>How often each step was come to.</summary>
    public IReadOnlyDictionary<string, int> Steps => _steps;

    public void Step(string name)
    {
        if (IsDead) throw new KilledException();
        if (_steps.AddOrUpdate(name, 1, (_, n) => n + 1) != occurrence || name != at) return;
        Kill();
        throw new KilledException();
    }

    public void Kill() => Volatile.Write(ref _dead, 1);

    /// <summary>Writes durably, with a step before and one behind.</summary>
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        Step("write file");
        if (write is null) DurableFile.Write(path, content);
        else write(path, content.ToArray());
        Step("file written");
    }

    public sealed class KilledException : Exception;
}
