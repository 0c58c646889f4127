using System.Globalization;

namespace DeviceAgent.Rigs.Disks;

/// <summary>An ext4 file system in a file, mounted through a loop device.</summary>
/// <param name="Image">The file.</param>
/// <param name="Folder">Where it is mounted.</param>
/// <param name="Device">The loop device's name, <c>loop0</c>.</param>
internal sealed record Disk(string Image, string Folder, string Device)
{
    private const int WritesField = 4, SectorsWrittenField = 6, InFlightField = 8, FlushesField = 15;
    private const int SectorBytes = 512;

    /// <summary>What has reached the device so far.</summary>
    public async Task<DiskActivity> ActivityAsync()
    {
        var fields = (await File.ReadAllTextAsync($"/sys/block/{Device}/stat")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToList();
        return new DiskActivity(fields[WritesField], fields[SectorsWrittenField] * SectorBytes, fields[InFlightField], fields[FlushesField]);
    }
}
