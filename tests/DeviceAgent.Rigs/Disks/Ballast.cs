namespace DeviceAgent.Rigs.Disks;

/// <summary>A file that takes all the space that a disk has left, and takes again what comes free, until it is disposed.</summary>
internal sealed class Ballast : IAsyncDisposable
{
    private static readonly TimeSpan _again = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly string _path;
    private readonly Task _filling;

    public Ballast(Disk disk)
    {
        _path = Path.Combine(disk.Folder, "ballast");
        _filling = FillAsync();
    }

    /// <summary>Gives the space back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _filling;
        _stop.Dispose();
        File.Delete(_path);
    }

    private async Task FillAsync()
    {
        await using var file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        while (!_stop.IsCancellationRequested)
        {
            // Big pieces first, then what is left in single blocks.
            foreach (var size in new[] { 1024 * 1024, 4096 }) Fill(file, new byte[size]);
            await Task.Delay(_again, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Fill(FileStream file, byte[] piece)
    {
        try
        {
            while (true) file.Write(piece);
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
