using System.Collections.Concurrent;
using DeviceAgent.Control;

namespace DeviceAgent.Tests.RoleAlias;

/// <summary>Keeps the steps.</summary>
internal sealed class RecordedProgress(Action<string>? onStep = null) : IChangeProgress
{
    private readonly ConcurrentQueue<string> _steps = new();

    public IReadOnlyList<string> Steps => [.. _steps];

    public void Reached(string step)
    {
        onStep?.Invoke($"told {step}");
        _steps.Enqueue(step);
    }
}
