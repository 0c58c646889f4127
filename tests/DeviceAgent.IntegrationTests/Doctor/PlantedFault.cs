namespace DeviceAgent.IntegrationTests.Doctor;

/// <summary>Something that is wrong, and what the doctor must say of it.</summary>
/// <param name="Check">The one check that finds it.</param>
/// <param name="Text">Stands in what it says.</param>
/// <param name="Plant">Makes it wrong, for a device.</param>
internal sealed record PlantedFault(string Check, string Text, Func<DoctorBed, BedDevice, Task<Planted>> Plant)
{
    /// <summary>Nothing fails, but somebody should see to it.</summary>
    public bool IsWarning { get; init; }

    /// <summary>The agent would not go on as before: it gets one of its own.</summary>
    public bool NeedsOwnDevice { get; init; }
}

/// <summary>A fault that is there until this is disposed.</summary>
/// <param name="Arguments">More of the command line.</param>
internal sealed record Planted(params string[] Arguments) : IAsyncDisposable
{
    public Dictionary<string, string>? Environment { get; init; }

    public Func<ValueTask> Undo { get; init; } = () => ValueTask.CompletedTask;

    /// <summary>As chmod takes it; nothing on Windows, where no test of these runs.</summary>
    public static void SetMode(string path, int mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32($"{mode}", 8));
    }

    public static Task<Planted> Settings(params string[] settings) => Task.FromResult(new Planted([.. settings.SelectMany(s => new[] { "--set", s })]));

    public ValueTask DisposeAsync() => Undo();
}
