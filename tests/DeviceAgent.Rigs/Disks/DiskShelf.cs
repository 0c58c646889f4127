using DeviceAgent.Rigs.Support;

namespace DeviceAgent.Rigs.Disks;

/// <summary>A file system in memory that holds the images of disks, and what is mounted of it. All of it is gone afterwards, however the test ends.</summary>
internal sealed class DiskShelf : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("device-agent-disks-").FullName;
    private readonly Stack<Disk> _mounted = new();
    private int _disks;

    private DiskShelf()
    {
    }

    private string Images => Path.Combine(_folder, "images");

    public static async Task<DiskShelf> CreateAsync()
    {
        var shelf = new DiskShelf();
        Directory.CreateDirectory(shelf.Images);
        await ShellAsync("mount", "-t", "tmpfs", "-o", "size=1g,mode=0700", "device-agent-disks", shelf.Images);
        return shelf;
    }

    /// <summary>A new, empty ext4 disk, mounted.</summary>
    public async Task<Disk> FormatAsync(int mebibytes)
    {
        var image = NewImage();
        await using (var file = File.Create(image)) file.SetLength(mebibytes * 1024L * 1024L);
        await ShellAsync("mkfs.ext4", "-q", "-F", image);
        return await MountAsync(image);
    }

    /// <summary>
    /// What would be on the disk had the power failed now: the image without what is only in the page cache, in a disk of its own. Nothing may be
    /// writing to the disk but the kernel.
    /// </summary>
    public async Task<Disk> CutAsync(Disk disk)
    {
        var image = NewImage();
        DiskActivity before;
        do
        {
            before = await disk.ActivityAsync();
            await ShellAsync("cp", "--sparse=always", disk.Image, image);
        }
        while (before.InFlight != 0 || await disk.ActivityAsync() != before);
        return await MountAsync(image);
    }

    /// <summary>From now on no disk finds room for a block that it has not written before: the kernel gives EIO for it, as for a cell that is worn out.</summary>
    public Task WearOutAsync()
    {
        var drive = new DriveInfo(Images);
        return ShellAsync("mount", "-o", $"remount,size={drive.TotalSize - drive.AvailableFreeSpace}", Images);
    }

    /// <summary>Unmounts a disk and throws its image away.</summary>
    public static async Task DiscardAsync(Disk disk)
    {
        await ShellAsync("umount", disk.Folder);
        File.Delete(disk.Image);
    }

    public async ValueTask DisposeAsync()
    {
        while (_mounted.TryPop(out var disk)) await Command.RunAsync("umount", ["--lazy", "--quiet", disk.Folder]);
        await Command.RunAsync("umount", ["--lazy", Images]);
        Directory.Delete(_folder, recursive: true);
    }

    private string NewImage() => Path.Combine(Images, $"{++_disks}.img");

    private async Task<Disk> MountAsync(string image)
    {
        var folder = Path.Combine(_folder, Path.GetFileNameWithoutExtension(image));
        Directory.CreateDirectory(folder);
        await ShellAsync("mount", "-o", "loop,noatime", image, folder);
        var device = (await Command.RunAsync("findmnt", ["--noheadings", "--output", "SOURCE", "--target", folder])).Succeeded().Trim();
        var disk = new Disk(image, folder, Path.GetFileName(device));
        _mounted.Push(disk);
        return disk;
    }

    private static async Task ShellAsync(string program, params string[] arguments) => (await Command.RunAsync(program, arguments)).Succeeded();
}
